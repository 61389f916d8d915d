import { chance } from '#sandbox/aws/faults/chance';
import { startScopioSandbox } from '#sandbox/marketplaces/scopio/index';
import { addressOf, CHANGED_STREET, changedItems, LAST_NAME, PHONE } from '../orders.ts';
import { GENEROUS, SHOP } from '../settings.ts';
import type { Channel, Opening } from './channel.ts';
import { labelled } from './label.ts';

const SECRETS = { apiKey: 'prove-api-key', webhookSecret: 'prove-webhook-secret' };
const UCP = 0.1;

/** Scopio: each order comes with a signed webhook, and with every poll until it is shipped. */
export async function openShop({ seed, hooks, names, onTold }: Opening): Promise<Channel> {
  const scopio = await startScopioSandbox({
    ...SECRETS,
    webhookUrl: `${hooks}/scopio/${SHOP}/order-paid`,
    retryIntervalMs: 1500,
    requestsPerMinute: GENEROUS,
    seed,
    onEvent(event) {
      if (event.type === 'order.fulfilled') onTold(names.of(event.orderId));
    },
  });
  return {
    url: scopio.url,
    connection: { marketplace: 'scopio', secrets: SECRETS },
    sell(order) {
      const { index, externalId: id, number, items, firstName } = order;
      const { street, city, region, zip, country } = addressOf(order);
      scopio.place({
        ...{ id, number, items, ucp: chance(seed, 'ucp', index) < UCP },
        address: {
          ...{ first_name: firstName, last_name: LAST_NAME, street_address: street, address_locality: city },
          ...{ address_region: region, postal_code: zip, address_country: country, phone_number: PHONE },
        },
      });
    },
    change(order, what) {
      const id = order.externalId;
      if (what === 'cancel') scopio.notify(scopio.cancel(id));
      else if (what === 'quantity') scopio.notify(scopio.change(id, { items: changedItems(order) }));
      else scopio.notify(scopio.change(id, { address: { street_address: CHANGED_STREET } }));
    },
    remind({ externalId }) {
      const order = scopio.orders().find(({ id }) => id === externalId);
      if (order) scopio.notify(order);
    },
    contents: () =>
      new Map(
        scopio.orders().map(({ id, cancelledAt, lines, address }) => [
          id,
          {
            cancelled: cancelledAt !== null,
            items: Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity])),
            street: address.street_address,
          },
        ]),
      ),
    told: () =>
      scopio
        .received()
        .fulfillments.filter(({ status }) => status === 200)
        .map(({ orderId, body }) => ({ order: orderId, trackingNumber: String((body as Told).tracking_number) })),
    dress: (body, isLarge) => labelled<Listed>(body, ({ orders = [] }) => orders.filter(({ id }) => isLarge(id))),
    stop: () => scopio.stop(),
  };
}

interface Told {
  tracking_number?: string;
}
interface Listed {
  orders?: Array<{ id: string }>;
}
