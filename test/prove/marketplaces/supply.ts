import { chance } from '#sandbox/aws/faults/chance';
import { startShoppoSandbox } from '#sandbox/marketplaces/shoppo/index';
import { statusOf } from '#sandbox/marketplaces/shoppo/order';
import { CARRIER, GENEROUS, SUPPLY } from '../settings.ts';
import { hubIdOf, SHIPS_WITHIN_MS, type Shipper, type ShipperOpening } from './shipper.ts';

const SECRETS = {
  accessToken: 'prove-supply-token',
  viewerId: 'prove-viewer',
  notificationToken: 'prove-notifications',
};
const INVENTORY = 1_000_000;
/** Paid and not cancelled: about to be shipped. */
const WAITING = new Set(['PAID', 'IN_PROGRESS']);
/** Never paid, cancelled, or paid too late. */
const SHIPS_NOTHING = new Set(['OPEN', 'CLOSED', 'EXPIRED']);

/** Shoppo (GraphQL): tells when all of an order is on its way; until then, the poll finds the parcels. */
export async function openSupply({ seed, hooks, names, parcelsOf, later }: ShipperOpening): Promise<Shipper> {
  const hook = (topic: string) => `${hooks}/shoppo/${SUPPLY}/${topic}`;
  const paid = new Map<string, string[]>();
  const shoppo = await startShoppoSandbox({
    ...SECRETS,
    retryIntervalMs: 1500,
    requestsPerMinute: GENEROUS,
    notifications: {
      'deliver-partner-order': hook('deliver-partner-order'),
      'cancel-partner-order': hook('cancel-partner-order'),
    },
    onEvent(event) {
      if (event.type !== 'order.created' && event.type !== 'order.paid') return;
      const about = names.of(hubIdOf(event.partnerOrderCode));
      names.know(event.orderId, about);
      names.know(event.partnerOrderCode, about);
      if (event.type === 'order.created') return;
      paid.set(about, [...(paid.get(about) ?? []), event.orderId]);
      later(30 + chance(seed, 'ship', about) * SHIPS_WITHIN_MS, () => ship(event.orderId, parcelsOf(about)));
    },
  });
  for (const { id } of shoppo.skus()) shoppo.changeSku(id, { inventory: INVENTORY });

  function ship(id: string, parcels: number): void {
    const order = shoppo.orders().find((each) => each.id === id);
    if (!order || !WAITING.has(statusOf(order))) return;
    const [first] = order.items.filter(({ status }) => status !== 'CANCELLED');
    if (parcels > 1 && first) shoppo.ship(id, { courier: CARRIER, items: [first.id] });
    if (order.items.length > 1 || parcels === 1) shoppo.ship(id, { courier: CARRIER });
  }

  return {
    url: shoppo.url,
    connection: { marketplace: 'shoppo', path: new URL(shoppo.endpoint).pathname, secrets: SECRETS },
    skus: () => shoppo.skus().map(({ identifier }) => identifier),
    placed: () =>
      shoppo
        .orders()
        .filter((order) => !SHIPS_NOTHING.has(statusOf(order)))
        .map(({ partnerOrderCode, items }) => ({
          code: partnerOrderCode,
          order: hubIdOf(partnerOrderCode),
          items: items.map(({ sku, quantity }) => ({ sku: sku.identifier, quantity })),
        })),
    triedTwice: () =>
      shoppo
        .received()
        .mutations.flatMap(({ mutation, error }) =>
          mutation === 'createOrder' && error !== null && /already/.test(error) ? [error] : [],
        ),
    shipped: () =>
      shoppo.orders().flatMap(({ partnerOrderCode, items }) =>
        [...new Set(items.flatMap((item) => item.package?.trackingNumber ?? []))].map((trackingNumber) => ({
          order: hubIdOf(partnerOrderCode),
          trackingNumber,
        })),
      ),
    deliver(about) {
      const ids = paid.get(about) ?? [];
      const orders = shoppo.orders().filter(({ id }) => ids.includes(id));
      for (const { id, items } of orders) if (items.some(({ status }) => status === 'SHIPPED')) shoppo.deliver(id);
    },
    stop: () => shoppo.stop(),
  };
}
