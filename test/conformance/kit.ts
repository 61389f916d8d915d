import { readFileSync } from 'node:fs';
import type { Connection } from '#lib/connections/connection';
import type { CancelInput, FollowUpInput, ProbedAction, RemoteContext, ReportInput } from '#lib/marketplaces/action';
import type { Change, Connector, PollContext, Poller, WebhookRequest } from '#lib/marketplaces/contract';
import { member } from '#lib/marketplaces/kit/json';
import { loadConnector } from '#lib/marketplaces/load';
import type { MarketplaceInfo, Role } from '#lib/marketplaces/manifest';
import { info as scopio } from '#lib/marketplaces/scopio/manifest';
import { map } from '#lib/marketplaces/scopio/map';
import type { Address, Order } from '#lib/orders/order';
import type { OpenPlacement } from '#lib/orders/placements';
import { applySnapshot } from '#lib/orders/snapshot';
import { createHttp } from '#lib/platform/http/client';

/** A remote's answer to one call. */
export interface Answer {
  status: number;
  /** A fixture of the folder, or text that is sent as it is. */
  body: string;
}

/** What the conformance suite needs to know of a marketplace; one file for each. */
export interface Conformance {
  secrets: Record<string, string>;
  settings?: Record<string, unknown>;
  /** How the marketplace authenticates its calls: all header values and path segments given here are proof. */
  webhook?: {
    secret: string;
    coversBody: boolean;
    prove(body: Buffer, secret: string): Pick<WebhookRequest, 'headers' | 'rest'>;
    /** Bodies with which it tests a URL, if it does. */
    tests?: string[];
  };
  /** Fixtures of inbound bodies with their topics: at least one for each webhook topic. */
  inbound: Record<string, string>;
  /** Its answers to an unknown caller, and about something that does not exist. */
  unauthorized: Answer;
  notFound: Answer;
  /**
   * For each push action: the answers after which it is done (reads first; one write unless there are several), and
   * those by which a probe finds it done, or not done.
   */
  push: Record<string, { done: Answer | Answer[]; writes?: number; found: Answer[]; absent: Answer[] }>;
  poll: Answer[];
  /** For the only fetch, or by the fetch's action. */
  fetch?: Answer[] | Record<string, Answer[]>;
  /** For each request: its input, the answers after which it is done, and those of a probe, if there is one. */
  requests?: Record<string, { input: unknown; done: Answer[]; found?: Answer[]; absent?: Answer[] }>;
  stock?: Answer[];
  /** Where the story's order goes, if it does not ship to Mexico. */
  shipsTo?: Partial<Address>;
}

/** A folder under test. */
export interface Subject {
  info: MarketplaceInfo;
  connector: Connector;
  poller: Poller;
  conformance: Conformance;
  connection: Connection;
  /** The connection that sold what is pushed. */
  source: Connection;
  /** Fixture and topic. */
  inbound: Array<[string, string]>;
  read(topic: string, body: unknown): Change;
}

export async function openSubject({ info }: Role): Promise<Subject> {
  const connector = await loadConnector(info.name);
  const poller: Poller = await import(`../../lib/marketplaces/${info.name}/poll.ts`);
  const { conformance }: { conformance: Conformance } = await import(`./marketplaces/${info.name}.ts`);
  const connection = connectionOf(info, conformance.settings);
  const read = (topic: string, body: unknown) => connector.map({ topic, body, receivedAt: RECEIVED_AT }, connection);
  const source = connectionOf(scopio);
  return {
    info,
    connector,
    poller,
    conformance,
    connection,
    source,
    inbound: Object.entries(conformance.inbound),
    read,
  };
}

/** The actions that push an order, or something about it. */
export function pushesOf({ actions }: Connector): Record<string, ProbedAction<PushInput>> {
  const { order, cancel, fulfillment, followUps } = actions;
  return { ...(order && { order }), ...(cancel && { cancel }), ...(fulfillment && { fulfillment }), ...followUps };
}

/** Whether a call only reads: by its method, or as a GraphQL query. */
export const isRead = ({ method, body }: Call): boolean =>
  method === 'GET' || /^\s*query\b/.test(String(member(body, 'query') ?? ''));

export type Call = { method: string; url: URL; headers: Headers; body: unknown };

/** A remote that answers from a script; any call beyond that gets a plain Error. */
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
      body: typeof body === 'string' ? readSent(body) : null,
    });
    const answer = answers.shift();
    if (answer === 'timeout') throw new DOMException('too late', 'TimeoutError');
    if (answer === 'reset') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    if (!answer) throw new Error(`a call more than the script of ${name} has`);
    const text = answer.body.endsWith('.json') ? fixtureText(name, answer.body) : answer.body;
    return new Response(text || null, { status: answer.status });
  };
  const budget = { take: async () => {}, pause: async () => {} };
  return { calls, http: createHttp({ baseUrl: 'http://remote.test/base', budget, timeoutMs: 50, fetch }) };
}

/** What was sent: JSON, or the members of a form. */
function readSent(body: string): unknown {
  return /^[[{]/.test(body) ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
}

const fixtureText = (name: string, file: string): string =>
  readFileSync(new URL(`../../lib/marketplaces/${name}/fixtures/${file}`, import.meta.url), 'utf8');

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
  const change = map(inbound, connectionOf(scopio));
  if (change.type !== 'order') throw new Error('the story begins with an order');
  const event = { connection: source.id, event: 'in_1', by: 'webhook' as const, receivedAt: RECEIVED_AT };
  return applySnapshot(null, change.order, event).order;
}

type Remote = Pick<RemoteContext, 'connection' | 'http' | 'secrets'>;

export type PushInput = CancelInput & ReportInput & FollowUpInput;

export const TOKEN = 'token-1';

/** What every call gets; the catalog is empty, the token always the same. */
export const remoteContext = (remote: Remote): RemoteContext => ({
  ...remote,
  token: async () => TOKEN,
  findProduct: async () => undefined,
  now: () => new Date(RECEIVED_AT),
});

/** What any push of the story's order gets: an action takes what it needs. */
export function pushInput(source: Connection, shipsTo: Partial<Address> = {}): PushInput {
  const sold = storyOrder(source);
  const order = { ...sold, shippingAddress: { ...sold.shippingAddress, ...shipsTo } };
  const lineItems = [{ id: 'li_1', quantity: 2 }];
  const cameBack = {
    by: 'erp',
    at: order.placedAt,
    lineItems: [{ id: 'li_1', quantity: 1 }],
    reason: null,
    refund: null,
  };
  return {
    order: { ...order, returns: [{ id: order.externalId, ...cameBack }] },
    about: order.externalId,
    remoteId: null,
    anotherReported: false,
    source,
    lineItems,
    left: [],
    number: order.number,
    nth: 1,
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
    ...remoteContext(remote),
    watermark: null,
    resume: null,
    async *skus() {},
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
  placedAt: RECEIVED_AT,
};
