/**
 * The emulators asked by other threads of their process, in messages in place of HTTP: who asks is the same SDK, which
 * signs, and who answers the same service. A request over loopback takes ten times the CPU of a message.
 */
import type { MessagePort } from 'node:worker_threads';
import { type NearbyAnswer, type NearbyRequest, nearby } from '#lib/platform/sdk-tuning/nearby';
import type { Listener } from './serve.ts';

/** A request, or without it that whoever asked has hung up. */
type FromCaller = [id: number, host: string, asked?: NearbyRequest];
/** An answer, or without it that the connection broke. */
type ToCaller = [id: number, answer?: NearbyAnswer];

const hostOf = (endpoint: string): string => new URL(endpoint).host;

/** Answers what comes from one thread. */
export function serveNearby(port: MessagePort, listeners: readonly Listener[]): void {
  const byHost = new Map(listeners.map((listener) => [hostOf(listener.endpoint), listener]));
  const hungUp = new Map<number, () => void>();
  const reply = (message: ToCaller) => port.postMessage(message);
  port.on('message', ([id, host, asked]: FromCaller) => {
    if (!asked) return hungUp.get(id)?.();
    const onClose = (listener: () => void) => void hungUp.set(id, listener);
    const answered = byHost.get(host)?.answer({ ...asked, onClose }) ?? Promise.reject(new Error(`nobody is ${host}`));
    void answered
      .then(
        (answer) => reply([id, answer]),
        () => reply([id]),
      )
      .finally(() => hungUp.delete(id));
  });
  // A thread that ends has hung up, as its sockets would: else a receive that waits takes a message along.
  port.on('close', () => {
    for (const hangUp of [...hungUp.values()]) hangUp();
  });
}

/** Has the SDK of this thread ask these endpoints through a port whose other end `serveNearby` has. */
export function askNearby(port: MessagePort, endpoints: readonly string[]): void {
  const waiting = new Map<number, (answer?: NearbyAnswer) => void>();
  let last = 0;
  for (const host of endpoints.map(hostOf))
    nearby.set(host, (asked, signal) => {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        const hangUp = () => {
          port.postMessage([id, host] satisfies FromCaller);
          waiting.get(id)?.();
        };
        waiting.set(id, (answer) => {
          waiting.delete(id);
          signal?.removeEventListener('abort', hangUp);
          if (answer) resolve(answer);
          // As a socket would have it, so that the SDK takes it up again.
          else reject(Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' }));
        });
        if (signal?.aborted) return waiting.get(id)?.();
        signal?.addEventListener('abort', hangUp);
        port.postMessage([id, host, asked] satisfies FromCaller);
      });
    });
  port.on('message', ([id, answer]: ToCaller) => waiting.get(id)?.(answer));
  port.on('close', () => {
    for (const endpoint of endpoints) nearby.delete(hostOf(endpoint));
    for (const end of [...waiting.values()]) end();
  });
}
