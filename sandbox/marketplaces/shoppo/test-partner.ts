import { readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import type { SandboxEvent } from '../base.ts';
import { call, startReceiver } from '../test-receiver.ts';
import { type ShoppoOptions, startShoppoSandbox } from './index.ts';
import { TOPICS } from './topics.ts';

export const headers = { 'content-type': 'application/json', accesstoken: 'shp_token', viewerid: 'viewer-7' };

const stops: Array<() => Promise<void>> = [];

/** For tests: stops after each test what it started. */
export function stopAfterEach(): void {
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
}

/** For tests: a running Shoppo, its partner's calls and the control surface. */
export async function start(options: Partial<ShoppoOptions> = {}) {
  const events: SandboxEvent[] = [];
  const sandbox = await startShoppoSandbox({
    accessToken: 'shp_token',
    viewerId: 'viewer-7',
    notificationToken: 'told-by-shoppo',
    onEvent: (event) => events.push(event),
    ...options,
  });
  stops.push(sandbox.stop);
  const ask = async (query: string, variables?: Record<string, unknown>, given: Record<string, string> = headers) =>
    (await call(sandbox.endpoint, { method: 'POST', headers: given, body: { query, variables } })).json;
  const control = (method: string, path: string, body?: unknown) =>
    call(`${sandbox.url}/_sandbox${path}`, { method, ...(body === undefined ? {} : { body }) });
  const skuId = (identifier: string): string => sandbox.skus().find((sku) => sku.identifier === identifier)?.id ?? '';
  const create = async (partnerOrderCode = 'PO-1', items: Record<string, number> = { 'SHP-1': 2, 'SHP-3': 1 }) => {
    const orderItems = Object.entries(items).map(([name, quantity]) => ({ skuId: skuId(name), quantity }));
    const answer = await ask(documented('create-order'), { shippingAddress, orderItems, partnerOrderCode });
    return answer.data?.createOrder?.order ?? answer;
  };
  const pay = async (orderId: string, chargeId = `charge-${orderId}`) =>
    ask(documented('set-order-as-paid'), { orderId, chargeId });
  return { sandbox, events, ask, control, skuId, create, pay };
}

/** For tests: the same, with a receiver for every notification. */
export async function startTold(statuses: number[] = [], options: Partial<ShoppoOptions> = {}) {
  const receiver = await startReceiver(statuses);
  stops.push(receiver.stop);
  const notifications = Object.fromEntries(TOPICS.map((topic) => [topic, `${receiver.url}/${topic}`]));
  const started = await start({ notifications, retryIntervalMs: 30, ...options });
  const bodies = (topic: string) =>
    receiver.delivered.filter(({ path }) => path === `/${topic}`).map(({ text }) => JSON.parse(text));
  return { ...started, receiver, bodies };
}

/** A document of the page. */
export function documented(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}.graphql`, import.meta.url), 'utf8');
}

/** A JSON example of the page. */
export function example(name: string) {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
}

export const shippingAddress = {
  recipientFirstName: 'Mary',
  recipientLastName: 'Jones',
  streetAddress1: '1200 Congress Ave',
  streetAddress2: '',
  city: 'Austin',
  state: 'Texas',
  countryCode: 'US',
  zipcode: '78701',
  phoneNumber: '+15125550123',
};
