import { readFileSync } from 'node:fs';
import type { Connection } from '#lib/connections/connection';
import { createHttp } from '#lib/http/client';
import { applySnapshot } from '#lib/orders/apply';
import type { Order } from '#lib/orders/order';
import type { OpenPlacement, PollContext, PushContext, WebhookRequest } from './contract.ts';
import type { MarketplaceInfo } from './info.ts';
import { map } from './scopio/map.ts';

/** What a remote says to one call. */
export interface Answer {
  status: number;
  /** A fixture of the folder, or text that is sent as it is. */
  body: string;
}

/** What the conformance suite has to know of a marketplace; each folder's `conformance.ts`. */
export interface Conformance {
  secrets: Record<string, string>;
  settings?: Record<string, unknown>;
  /** How the marketplace proves itself to us: every header value and path segment given here is proof. */
  webhook?: {
    secret: string;
    coversBody: boolean;
    prove(body: Buffer, secret: string): Pick<WebhookRequest, 'headers' | 'rest'>;
  };
  /** Fixtures that come in, with the topic they come under: at least one for each webhook topic. */
  inbound: Record<string, string>;
  /** What it says to a caller it does not know, and of a thing it does not have. */
  unauthorized: Answer;
  notFound: Answer;
  /** For each push action: done; the answers by which a probe finds it done, and by which it finds it is not. */
  push: Record<string, { done: Answer; found: Answer[]; absent: Answer[] }>;
  poll?: Answer[];
  fetch?: Answer[];
}

export type Call = { method: string; url: URL; headers: Headers; body: unknown };

/** A remote that answers from a script; anything it was not told to answer ends in a plain Error. */
export function createRemote(name: string, script: ReadonlyArray<Answer | 'timeout' | 'reset'>) {
  const calls: Call[] = [];
  const answers = [...script];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { body } = init ?? {};
    const url = new URL(String(input));
    const headers = new Headers(init?.headers);
    calls.push({
      method: init?.method ?? 'GET',
      url,
      headers,
      body: typeof body === 'string' ? JSON.parse(body) : null,
    });
    const answer = answers.shift();
    if (answer === 'timeout') throw new DOMException('too late', 'TimeoutError');
    if (answer === 'reset') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    if (!answer) throw new Error(`a call more than the script of ${name} has`);
    const text = answer.body.endsWith('.json') ? fixtureText(name, answer.body) : answer.body;
    return new Response(text, { status: answer.status });
  };
  const budget = { take: async () => {}, pause: async () => {} };
  return { calls, http: createHttp({ baseUrl: 'http://remote.test/base', budget, timeoutMs: 50, fetch }) };
}

const fixtureText = (name: string, file: string): string =>
  readFileSync(new URL(`./${name}/fixtures/${file}`, import.meta.url), 'utf8');

export const readFixture = (name: string, file: string): unknown => JSON.parse(fixtureText(name, file));

export const RECEIVED_AT = '2026-11-20T08:15:03.000Z';

export function connectionOf(info: MarketplaceInfo, settings: Record<string, unknown> = {}): Connection {
  const { name: marketplace, pollIntervalSeconds, requestsPerMinute } = info;
  const baseUrl = 'http://remote.test/base';
  return { id: `${marketplace}-main`, marketplace, baseUrl, settings, pollIntervalSeconds, requestsPerMinute };
}

/** The order of the story: two red mugs for a buyer in Guadalajara. */
export function storyOrder(source: Connection): Order {
  const inbound = { topic: 'order-paid', body: readFixture('scopio', 'order-paid.json'), receivedAt: RECEIVED_AT };
  const [change] = map(inbound, source);
  if (change?.type !== 'order') throw new Error('the story begins with an order');
  const event = { connection: source.id, event: 'in_1', by: 'webhook' as const, receivedAt: RECEIVED_AT };
  return applySnapshot(null, change.order, event).order;
}

type Remote = Pick<PushContext, 'connection' | 'http' | 'secrets'>;

/** Everything a push of the story's order is given; `fulfillment` too, as an action takes what it needs. */
export function pushContext(remote: Remote, source: Connection): PushContext {
  const order = storyOrder(source);
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  return {
    ...remote,
    now: () => new Date(RECEIVED_AT),
    order,
    source,
    lineItems,
    fulfillment: {
      id: 'ful_1',
      by: 'marketful-main',
      carrier: 'DHL',
      carrierCode: 'dhl',
      trackingNumber: 'JD0146000055',
      lineItems,
      shippedAt: '2026-11-21T00:00:00.000Z',
    },
  };
}

export function pollContext(remote: Remote, placements: OpenPlacement[] = [STORY_PLACEMENT]): PollContext {
  return {
    ...remote,
    now: () => new Date(RECEIVED_AT),
    watermark: null,
    resume: null,
    async *openPlacements(after) {
      const start = after === null ? 0 : placements.findIndex(({ orderId }) => orderId === after) + 1;
      yield* placements.slice(start);
    },
  };
}

export const STORY_PLACEMENT: OpenPlacement = {
  orderId: 'scopio-main:ord_8f3a',
  remoteId: '5021',
  number: 'SC-1001',
  channel: 'scopio-main',
};
