import { chance } from '#sandbox/aws/faults/chance';
import { startMarketfulSandbox } from '#sandbox/marketplaces/marketful/index';
import { CARRIER, GENEROUS, SHED, URL_SECRET } from '../settings.ts';
import { hubIdOf, SHIPS_WITHIN_MS, type Shipper, type ShipperOpening } from './shipper.ts';

const SECRETS = { accessToken: 'prove-access-token', userId: 'prove-user' };
/** How many are shipped together, at one moment. */
const TOGETHER = 10;

/** Marketful: a webhook with an id for each event; its poll reads each open order. */
export async function openShed({ seed, hooks, names, parcelsOf, later }: ShipperOpening): Promise<Shipper> {
  const hook = (topic: string) => `${hooks}/marketful/${SHED}/${topic}/${URL_SECRET}`;
  const numbers = new Map<string, string>();
  const ship = (number: string, parcels: number) => {
    for (let parcel = 0; parcel < parcels; parcel++) marketful.ship(number, { carrier: CARRIER });
  };
  const marketful = await startMarketfulSandbox({
    ...SECRETS,
    retryIntervalMs: 1500,
    requestsPerMinute: GENEROUS,
    webhooks: {
      'order/created': hook('order-created'),
      'order/updated': hook('order-updated'),
      'shipment_event/created': hook('shipment-event-created'),
    },
    onEvent(event) {
      if (event.type !== 'order.received') return;
      const { number, orderId } = event;
      const about = names.of(number);
      names.know(orderId, about);
      numbers.set(about, number);
      const parcels = parcelsOf(about);
      const after = (parcel: number) => 30 + chance(seed, 'ship', about, parcel) * SHIPS_WITHIN_MS;
      if (parcels > TOGETHER) later(after(0), () => ship(number, parcels));
      else for (let parcel = 0; parcel < parcels; parcel++) later(after(parcel), () => ship(number, 1));
    },
  });
  return {
    url: marketful.url,
    connection: { marketplace: 'marketful', secrets: { ...SECRETS, webhookSecret: URL_SECRET } },
    skus: () => marketful.stock().map(({ sku }) => sku),
    placed: () =>
      marketful.orders().map(({ orden_id: code, items }) => ({
        code,
        order: hubIdOf(code),
        items: items.map(({ sku, cantidad: quantity }) => ({ sku, quantity })),
      })),
    triedTwice: () =>
      marketful
        .received()
        .placements.filter(({ status, message }) => status !== 200 && /already exists/.test(message))
        .map(({ number, message }) => `${number} ${message}`),
    shipped: () =>
      marketful.orders().flatMap(({ orden_id: code, shipment_events: events }) =>
        [...new Set(events.flatMap(({ tracking_number: number }) => number ?? []))].map((trackingNumber) => ({
          order: hubIdOf(code),
          trackingNumber,
        })),
      ),
    deliver(about, notify) {
      const number = numbers.get(about);
      if (number !== undefined) marketful.report(number, { status: 'delivered', notify });
    },
    stop: () => marketful.stop(),
  };
}
