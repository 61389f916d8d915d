import { startSelloSandbox } from '#sandbox/marketplaces/sello/index';
import { CANCELLED } from '#sandbox/marketplaces/sello/statuses';
import { addressOf, CHANGED_STREET, changedItems, type Item, LAST_NAME, PHONE } from '../orders.ts';
import { GENEROUS, MARKET, URL_SECRET } from '../settings.ts';
import type { Channel, Opening } from './channel.ts';
import { labelled } from './label.ts';

const KEY = 'prove-token:prove-key';

/** Sello: its webhooks carry an id only, so each order is read; its poll lists whatever changed. */
export async function openMarket({ seed, hooks, names, onTold }: Opening): Promise<Channel> {
  const hook = (topic: string) => `${hooks}/sello/${MARKET}/${topic}/${URL_SECRET}`;
  const sello = await startSelloSandbox({
    apiKey: KEY,
    webhooks: { orderNew: hook('order-new'), orderPaid: hook('order-paid'), orderUpdated: hook('order-updated') },
    retryIntervalMs: 1500,
    requestsPerMinute: GENEROUS,
    seed,
    onEvent(event) {
      if (event.type === 'delivery.added') onTold(names.of(event.orderId));
    },
  });
  const find = (id: string) => sello.orders().find((order) => String(order.id) === id);
  const toRows = (items: readonly Item[]) => items.map(({ sku, quantity }) => ({ reference: sku, quantity }));
  return {
    url: sello.url,
    connection: { marketplace: 'sello', path: '/v5', secrets: { apiKey: KEY, webhookSecret: URL_SECRET } },
    sell(order) {
      const { index, externalId, items, firstName } = order;
      const { street, city, zip, country } = addressOf(order);
      const id = Number(externalId);
      sello.place({
        ...{ id, number: id, seed: index, rows: toRows(items) },
        ...{ customer_first_name: firstName, customer_last_name: LAST_NAME, customer_address: street },
        ...{ customer_zip: zip, customer_city: city, customer_country_code: country, customer_phone: PHONE },
      });
    },
    list: (sku) => void sello.setStock({ sku, quantity: 0, notify: false }),
    change(order, what) {
      const { externalId } = order;
      if (what === 'cancel') sello.setStatus(externalId, CANCELLED);
      else if (what === 'address') sello.change(externalId, { customer_address: CHANGED_STREET });
      else {
        const known = new Map(find(externalId)?.rows.map(({ reference, id }) => [reference, id]));
        const rows = toRows(changedItems(order)).map((row) => ({ ...row, id: known.get(row.reference) }));
        sello.change(externalId, { rows });
      }
    },
    contents: () =>
      new Map(
        sello.orders().map(({ id, statusId, rows, customer }) => [
          String(id),
          {
            cancelled: statusId === CANCELLED,
            items: Object.fromEntries(rows.map(({ reference, quantity }) => [reference, quantity])),
            street: customer.customer_address,
          },
        ]),
      ),
    told: () =>
      sello
        .received()
        .calls.filter(({ action, status }) => action === 'delivery' && status < 300)
        .map(({ about, body }) => ({ order: String(about), trackingNumber: String((body as Told).id) })),
    dress: (body, isLarge) => labelled<{ id?: unknown }>(body, (order) => (isLarge(String(order.id)) ? [order] : [])),
    stop: () => sello.stop(),
  };
}

interface Told {
  id?: string;
}
