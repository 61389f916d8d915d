import { createHmac, randomUUID } from 'node:crypto';
import type { Marketplaces } from '../marketplaces/start.ts';

interface Tried {
  hub: string;
  apiKey: string;
  marketplaces: Marketplaces;
  /** The hub's id of an order sold on Scopio. */
  orderId: string;
}

/** Commands to paste, among them a webhook signed as Scopio signs it. */
export async function whatToTry({ hub, apiKey, marketplaces, orderId }: Tried): Promise<string> {
  const { baseUrl: scopio = '', secrets = {} } =
    marketplaces.connections.connections.find(({ id }) => orderId.startsWith(`${id}:`)) ?? {};
  const key = `-H 'Authorization: Bearer ${apiKey}'`;
  const order = await showAtScopio(scopio, orderId.slice(orderId.indexOf(':') + 1));
  const event = {
    id: `evt_${randomUUID().slice(0, 8)}`,
    type: 'order.paid',
    created_at: new Date().toISOString(),
    order,
  };
  const body = JSON.stringify(event).replaceAll("'", '\\u0027');
  const signature = createHmac('sha256', secrets.webhookSecret ?? '')
    .update(body)
    .digest('hex');
  return `Try next
  The order, its timeline and its deliveries:
    curl ${key} ${hub}/orders/${orderId}
  What talked to whom, attempt by attempt:
    curl ${key} ${hub}/deliveries
  What arrived, and what became of it:
    curl ${key} ${hub}/events
  Another buyer (Scopio's sandbox; all switches and faults: docs/sandbox.md):
    curl -X POST ${scopio}/_sandbox/orders
  The whole API: ${hub}/openapi.json
  A signed webhook. It tells of the same order once more, so the answer is 200 and nothing is shipped twice:
    curl -i ${hub}/webhooks/scopio/scopio-main/order-paid -H 'content-type: application/json' \\
      -H 'x-scopio-signature: ${signature}' --data-raw '${body}'

Ctrl-C stops everything; the next start finds the same orders, npm start -- --fresh forgets them.`;
}

/** The order as Scopio shows it to its seller. */
async function showAtScopio(scopio: string, id: string): Promise<unknown> {
  const response = await fetch(`${scopio}/_sandbox/orders/${id}`);
  return ((await response.json()) as { order: { shown: unknown } }).order.shown;
}
