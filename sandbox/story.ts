import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimelineEntry } from '#lib/orders/order';
import type { Marketplaces } from './marketplaces/start.ts';

interface Stage {
  hub: string;
  apiKey: string;
  marketplaces: Marketplaces;
}

/** What the hub's API shows of an order, as far as the story goes. */
interface ShownOrder {
  id: string;
  number: string;
  buyer: { first_name?: string; last_name?: string };
  shippingAddress: { address_locality?: string; address_country?: string };
  ucp: {
    currency: string;
    line_items: Array<{ item: { title: string }; quantity: { total: number } }>;
    totals: Array<{ type: string; amount: number }>;
  };
  fulfillments: Array<{ id: string; carrier: string; trackingNumber: string }>;
  timeline: TimelineEntry[];
}

const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** Tells the first order's story as it happens, from what Scopio did and what the hub's own API shows; then what to try. */
export async function tellStory({ hub, apiKey, marketplaces }: Stage): Promise<void> {
  const { scopio } = marketplaces;
  const since = Date.now();
  const say = (line: string) => console.log(`  ${((Date.now() - since) / 1000).toFixed(1).padStart(5)} s  ${line}`);

  const known = scopio.orders()[0];
  console.log(
    known ? `The story of order ${known.number}, as the hub remembers it\n` : 'The story of one order, as it happens\n',
  );
  const sold = known ?? scopio.place()[0];
  if (!sold) throw new Error('the Scopio sandbox placed no order');
  const buyer = `${sold.address.first_name} ${sold.address.last_name} in ${sold.address.address_locality}`;
  say(
    `${buyer} buys ${sold.lines.map(({ quantity, title }) => `${quantity} × ${title}`).join(', ')} on Scopio and pays: order ${sold.number}.`,
  );
  if (!known) say('Scopio calls the hub: a webhook, signed with their shared secret.');

  const id = `scopio-main:${sold.id}`;
  const told = new Set<string>();
  while (Date.now() - since < PATIENCE_MS) {
    const order = await look(hub, apiKey, id);
    for (const entry of order?.timeline ?? []) {
      const key = JSON.stringify(entry);
      // The timeline may be read a moment after the order: the parcel comes with the next look.
      if (entry.type === 'fulfillment.added' && order?.fulfillments.length === 0) break;
      if (order && !told.has(key)) narrate(entry, order).forEach(say);
      told.add(key);
    }
    if (order?.timeline.some(({ type }) => type === 'fulfillment.reported'))
      return console.log(whatToTry(hub, apiKey, marketplaces, order.id, await showAtScopio(scopio.url, sold.id)));
    await sleep(LOOK_EVERY_MS);
  }
  console.log(
    `\nThe story is not over after ${PATIENCE_MS / 1000} s. What the hub knows of it: curl -H 'Authorization: Bearer ${apiKey}' ${hub}/orders/${id}`,
  );
}

async function look(hub: string, apiKey: string, id: string): Promise<ShownOrder | undefined> {
  const response = await fetch(`${hub}/orders/${encodeURIComponent(id)}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  return response.ok ? ((await response.json()) as ShownOrder) : undefined;
}

/** The order as Scopio shows it to its seller. */
async function showAtScopio(scopio: string, id: string): Promise<unknown> {
  const response = await fetch(`${scopio}/_sandbox/orders/${id}`);
  return ((await response.json()) as { order: { shown: unknown } }).order.shown;
}

function narrate({ type, by, detail }: TimelineEntry, order: ShownOrder): string[] {
  const parcel =
    order.fulfillments.find(({ trackingNumber }) => trackingNumber === detail.trackingNumber) ?? order.fulfillments[0];
  switch (type) {
    case 'order.received':
      return [
        by === 'webhook'
          ? 'The signature is right, the hub answers 200.'
          : 'The poll found the order before the webhook told of it.',
        `The hub has one canonical order: ${order.id}, ${totalOf(order)}.`,
        `It goes to ${order.shippingAddress.address_country}, so the routes send it to Marketful's warehouse.`,
      ];
    case 'order.placed':
      return [`Marketful accepts it as its order ${String(detail.remoteId)} and packs.`];
    case 'fulfillment.added':
      return [`Marketful ships: ${parcel?.carrier} ${parcel?.trackingNumber}. The hub adds the parcel to the order.`];
    case 'fulfillment.reported':
      return [
        `Scopio knows: ${parcel?.carrier} ${parcel?.trackingNumber}. ${order.buyer.first_name ?? 'The buyer'} is told where the parcel is.`,
      ];
    case 'delivery.blocked':
    case 'delivery.dead':
      return [`A delivery is ${type.slice('delivery.'.length)}: ${String(detail.description)}`];
    default:
      return [];
  }
}

function totalOf({ ucp }: ShownOrder): string {
  const amount = ucp.totals.find(({ type }) => type === 'total')?.amount ?? 0;
  return new Intl.NumberFormat('en', { style: 'currency', currency: ucp.currency, currencyDisplay: 'code' }).format(
    amount / 100,
  );
}

function whatToTry(
  hub: string,
  apiKey: string,
  { scopioSecret, listening }: Marketplaces,
  id: string,
  shown: unknown,
): string {
  const key = `-H 'Authorization: Bearer ${apiKey}'`;
  const shop = listening[0]?.url;
  const event = {
    id: `evt_${randomUUID().slice(0, 8)}`,
    type: 'order.paid',
    created_at: new Date().toISOString(),
    order: shown,
  };
  const body = JSON.stringify(event).replaceAll("'", '\\u0027');
  const signature = createHmac('sha256', scopioSecret).update(body).digest('hex');
  return `
Try next
  The order, its timeline and its deliveries:
    curl ${key} ${hub}/orders/${id}
  What talked to whom, attempt by attempt:
    curl ${key} ${hub}/deliveries
  What arrived, and what became of it:
    curl ${key} ${hub}/events
  Another buyer (Scopio's sandbox; its other switches: docs/sandbox.md):
    curl -X POST ${shop}/_sandbox/orders
  The whole API: ${hub}/openapi.json
  A signed webhook. It tells of the same order once more, so the answer is 200 and nothing is shipped twice:
    curl -i ${hub}/webhooks/scopio/scopio-main/order-paid -H 'content-type: application/json' \\
      -H 'x-scopio-signature: ${signature}' --data-raw '${body}'

Ctrl-C stops everything; the next start finds the same orders, npm start -- --fresh forgets them.`;
}
