import { readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import type { SandboxEvent } from '../base.ts';
import { call, startReceiver } from '../test-receiver.ts';
import { type SelloOptions, startSelloSandbox } from './index.ts';

export const API_KEY = 'sello-test-key';
const stops: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** For tests: a Sello account that is stopped after the test. */
export async function startAccount(options: Partial<SelloOptions> = {}) {
  const events: SandboxEvent[] = [];
  const onEvent = (event: SandboxEvent) => events.push(event);
  const sandbox = await startSelloSandbox({ apiKey: API_KEY, requestsPerMinute: 1000, onEvent, ...options });
  stops.push(sandbox.stop);
  const send = async (method: string, url: string, body?: unknown, authorization: string | null = API_KEY) => {
    const headers: Record<string, string> = authorization === null ? {} : { authorization };
    const answer = await call(url, { method, headers, ...(body === undefined ? {} : { body }) });
    const isJson = /^[[{]/.test(answer.text);
    return {
      status: answer.status,
      headers: answer.headers,
      text: answer.text,
      json: isJson ? JSON.parse(answer.text) : null,
    };
  };
  return {
    sandbox,
    events,
    api: (method: string, path: string, body?: unknown, authorization?: string | null) =>
      send(method, sandbox.baseUrl + path, body, authorization),
    control: (method: string, path: string, body?: unknown) =>
      send(method, `${sandbox.url}/_sandbox${path}`, body, null),
  };
}

/** For tests: a URL that webhooks can go to. */
export async function startHookReceiver(statuses: number[] = []) {
  const receiver = await startReceiver(statuses);
  stops.push(receiver.stop);
  return receiver;
}

/** For tests: an answer as the vendor's document prints it. */
export function fixture(name: string) {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
}
