/**
 * Requests to the emulators from within their process, as messages instead of HTTP, between the same SDK, which signs,
 * and the same services: a request over loopback takes ten times the CPU of a message.
 */
import type { MessagePort } from 'node:worker_threads';
import { type NearbyAnswer, type NearbyRequest, nearby } from '#lib/platform/sdk-tuning/nearby';
import type { Listener } from './serve.ts';

/** A request; without one, the caller has hung up. */
type FromCaller = [id: number, host: string, asked?: NearbyRequest];
/** An answer; without one, the connection broke. */
type ToCaller = [id: number, answer?: NearbyAnswer];

/** With more open requests than this, waiting one more turn of the event loop delays no answer. */
const BUSY = 8;

/**
 * Posts in one message what is said in one tick (with many requests `open`, in one turn of the event loop): the message
 * itself costs more than its content.
 */
function gather<Said extends FromCaller | ToCaller>(port: MessagePort, open: () => number): (said: Said) => void {
  let all: Said[] = [];
  return (said) => {
    all.push(said);
    if (all.length > 1) return;
    const post = () => {
      const due = all;
      all = [];
      port.postMessage(due);
    };
    if (open() > BUSY) setImmediate(post);
    else process.nextTick(post);
  };
}

const hostOf = (endpoint: string): string => new URL(endpoint).host;

/** Answers the requests of one thread. */
export function serveNearby(port: MessagePort, listeners: readonly Listener[]): void {
  const byHost = new Map(listeners.map((listener) => [hostOf(listener.endpoint), listener]));
  const hungUp = new Map<number, () => void>();
  let open = 0;
  const reply = gather<ToCaller>(port, () => open);
  const hear = ([id, host, asked]: FromCaller): void => {
    if (!asked) {
      hungUp.get(id)?.();
      return;
    }
    open += 1;
    const onClose = (listener: () => void) => void hungUp.set(id, listener);
    const answered = byHost.get(host)?.answer({ ...asked, onClose }) ?? Promise.reject(new Error(`nobody is ${host}`));
    void answered
      .then(
        (answer) => reply([id, answer]),
        () => reply([id]),
      )
      .finally(() => {
        open -= 1;
        hungUp.delete(id);
      });
  };
  port.on('message', (all: FromCaller[]) => {
    for (const each of all) hear(each);
  });
  // A thread that ends hangs up, as its sockets would: otherwise a waiting receive would still take a message.
  port.on('close', () => {
    for (const hangUp of [...hungUp.values()]) hangUp();
  });
}

/** The headers that the emulators read: each further header is copied twice. */
const HEADERS = new Set(['authorization', 'x-amz-target', 'x-amzn-trace-id']);

/** In lower case, as HTTP passes them on: the SDK writes `X-Amzn-Trace-Id`. */
const headersOf = ({ headers }: NearbyRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => HEADERS.has(name)),
  );

/** Makes this thread's SDK reach these endpoints through a port; `serveNearby` has its other end. */
export function askNearby(port: MessagePort, endpoints: readonly string[]): void {
  const waiting = new Map<number, (answer?: NearbyAnswer) => void>();
  const say = gather<FromCaller>(port, () => waiting.size);
  let last = 0;
  for (const host of endpoints.map(hostOf))
    nearby.set(host, (asked, signal) => {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        const hangUp = () => {
          say([id, host]);
          waiting.get(id)?.();
        };
        waiting.set(id, (answer) => {
          waiting.delete(id);
          signal?.removeEventListener('abort', hangUp);
          if (answer) resolve(answer);
          // As a broken socket would fail, so that the SDK retries.
          else reject(Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' }));
        });
        if (signal?.aborted) return waiting.get(id)?.();
        signal?.addEventListener('abort', hangUp);
        say([id, host, { headers: headersOf(asked), body: asked.body }]);
      });
    });
  port.on('message', (all: ToCaller[]) => {
    for (const [id, answer] of all) waiting.get(id)?.(answer);
  });
  port.on('close', () => {
    for (const endpoint of endpoints) nearby.delete(hostOf(endpoint));
    for (const end of [...waiting.values()]) end();
  });
}
