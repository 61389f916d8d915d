import { STATUS } from '#sandbox/marketplaces/sellers-commerce/ids';
import { startSellersCommerceSandbox } from '#sandbox/marketplaces/sellers-commerce/index';
import { addressOf, CHANGED_STREET, changedItems, type Item, LAST_NAME, PHONE } from '../orders.ts';
import { GENEROUS } from '../settings.ts';
import type { Channel, Opening } from './channel.ts';
import { labelled } from './label.ts';

const SECRETS = { accessKey: 'prove-access-key', sharedSecret: 'prove-shared-secret' };
const DONE = 20;

/** SellersCommerce has no webhooks, so everything the hub knows was found by a poll. */
export async function openStore({ seed, names, onTold }: Opening): Promise<Channel> {
  const store = await startSellersCommerceSandbox({
    ...SECRETS,
    requestsPerMinute: GENEROUS,
    seed,
    onEvent(event) {
      if (event.type === 'order.fulfilled') onTold(names.of(event.orderId));
    },
  });
  const toItems = (items: readonly Item[]) => items.map(({ sku, quantity }) => ({ SkuCode: sku, Quantity: quantity }));
  return {
    url: store.url,
    connection: { marketplace: 'sellers-commerce', secrets: SECRETS },
    sell(order) {
      const { externalId, items, firstName } = order;
      const { street, city, region, zip, country } = addressOf(order);
      store.place({
        OrderNumber: externalId,
        OrderItems: toItems(items),
        ShippingAddress: {
          ...{ FirstName: firstName, LastName: LAST_NAME, AddressLine1: street, City: city, StateCode: region },
          ...{ CountryCode: country, ZipCode: zip, Phone: PHONE },
        },
      });
    },
    list: (sku) => void store.setStock({ SkuCode: sku, Inventory: 0 }),
    change(order, what) {
      const { externalId } = order;
      if (what === 'cancel') store.cancel(externalId);
      else if (what === 'address') store.modify(externalId, { ShippingAddress: { AddressLine1: CHANGED_STREET } });
      else store.modify(externalId, { OrderItems: toItems(changedItems(order)) });
    },
    contents: () =>
      new Map(
        store.orders().map(({ OrderNumber, OrderStatusId, OrderItems, ShippingAddress }) => [
          OrderNumber,
          {
            cancelled: OrderStatusId === STATUS.cancelled,
            items: Object.fromEntries(OrderItems.map(({ SkuCode, Quantity }) => [SkuCode, Quantity])),
            street: ShippingAddress.AddressLine1,
          },
        ]),
      ),
    told: () =>
      store
        .received()
        .calls.filter(({ endpoint, code }) => endpoint === 'shippinginformation' && code === DONE)
        .map(({ orderNumber, body }) => ({
          order: String(orderNumber),
          trackingNumber: String((body as Told).TrackingNumber),
        })),
    dress: (body, isLarge) =>
      labelled<Listed>(body, (found) =>
        (Array.isArray(found) ? found : []).filter(({ OrderNumber }) => isLarge(OrderNumber)),
      ),
    stop: () => store.stop(),
  };
}

interface Told {
  TrackingNumber?: string;
}
type Listed = Array<{ OrderNumber: string }>;
