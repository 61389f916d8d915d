import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import { nextRelayId, seconds } from './ids.ts';
import { productBody, skuBody } from './notification-bodies.ts';
import type { Notifications } from './notifications.ts';
import type { Merchant, Product, Sku } from './product.ts';
import { ChangeProduct, ChangeSku, CreateProduct, CreateSku, ToggleMerchants } from './schema.ts';

/** What Shoppo sells. Every change sends a notification, unless it has `"notify": false`. */
export type Catalog = ReturnType<typeof createCatalog>;

export function createCatalog({ base, notifications }: { base: Base; notifications: Notifications }) {
  const { store, now } = base;
  const merchants = store.collection<Merchant>('merchants');
  const products = store.collection<Product>('products');
  const skus = store.collection<Sku>('skus');
  const skusOf = (productId?: string): Sku[] =>
    skus.list().filter((sku) => productId === undefined || sku.productId === productId);
  const merchantOf = (product: Product): Merchant => merchants.get(product.merchantId) ?? anonymous(product.merchantId);

  const tellProduct = (topic: 'create-product' | 'update-product', product: Product): void =>
    notifications.notify(
      topic,
      productBody(topic, { product, skus: skusOf(product.id), merchant: merchantOf(product) }),
    );
  const tellSku = (topic: 'create-sku' | 'update-sku', sku: Sku): void => {
    const product = products.get(sku.productId);
    if (product) notifications.notify(topic, skuBody(topic, { sku, merchant: merchantOf(product) }));
  };
  // A change of a Sku updates its product, so that `timeUpdatedRange` finds it.
  const put = (sku: Sku): Sku => {
    const timeUpdated = seconds(now());
    const product = products.get(sku.productId);
    if (product) products.put(product.id, { ...product, timeUpdated });
    return skus.put(sku.id, { ...sku, timeUpdated });
  };
  const findProduct = (id: string): Product => {
    const product = products.get(id) ?? products.list().find(({ identifier }) => identifier === id);
    if (!product) throw controlRefusal(404, 'not_found', `no product ${id}`);
    return product;
  };
  const addSku = (productId: string, { notify: _notify, ...given }: CreateSku): Sku => {
    if (skus.list().some(({ identifier }) => identifier === given.identifier))
      throw controlRefusal(409, 'sku_exists', `there is a Sku ${given.identifier} already`);
    const { id, price, shippingPrice, msrp, ...rest } = given;
    const money = {
      price: cents(price),
      shippingPrice: cents(shippingPrice),
      msrp: msrp === null ? null : cents(msrp),
    };
    return put({ ...rest, ...money, id: id ?? nextRelayId(store, 'sku'), productId, timeUpdated: 0 });
  };

  return {
    merchants: () => merchants.list(),
    products: () => products.list(),
    skus: skusOf,
    product: products.get,
    sku: skus.get,
    /** Whether both the product and its merchant are enabled. */
    isSold: (product: Product) => product.enabled && merchantOf(product).enabled,
    createProduct(input: unknown) {
      const { skus: given, notify, id, merchant, ...rest } = readControl(CreateProduct, input);
      const merchantId = merchant.id;
      if (!merchants.get(merchantId))
        merchants.put(merchantId, { ...anonymous(merchantId), name: merchant.name ?? merchantId });
      const at = seconds(now());
      const newId = id ?? nextRelayId(store, 'product');
      if (products.get(newId)) throw controlRefusal(409, 'product_exists', `there is a product ${newId} already`);
      const product = products.put(newId, { ...rest, id: newId, merchantId, timeCreated: at, timeUpdated: at });
      const added = given.map((sku) => addSku(newId, sku));
      if (notify) {
        tellProduct('create-product', product);
        for (const sku of added) tellSku('create-sku', sku);
      }
      return { product, skus: added };
    },
    changeProduct(id: string, input: unknown) {
      const { notify, ...change } = readControl(ChangeProduct, input);
      const product = findProduct(id);
      const changed = { ...product, ...defined(change), timeUpdated: seconds(now()) };
      products.put(product.id, changed);
      if (notify) tellProduct('update-product', changed);
      return changed;
    },
    createSku(productId: string, input: unknown) {
      const read = readControl(CreateSku, input);
      const sku = addSku(findProduct(productId).id, read);
      if (read.notify) tellSku('create-sku', sku);
      return sku;
    },
    /** A Sku by its id or identifier. */
    changeSku(id: string, input: unknown) {
      const { notify, price, shippingPrice, msrp, ...change } = readControl(ChangeSku, input);
      const sku = skus.get(id) ?? skus.list().find(({ identifier }) => identifier === id);
      if (!sku) throw controlRefusal(404, 'not_found', `no Sku ${id}`);
      const changed = put({
        ...sku,
        ...defined(change),
        price: price === undefined ? sku.price : cents(price),
        shippingPrice: shippingPrice === undefined ? sku.shippingPrice : cents(shippingPrice),
        msrp: msrp === undefined ? sku.msrp : msrp === null ? null : cents(msrp),
      });
      if (notify) tellSku('update-sku', changed);
      return changed;
    },
    toggleMerchants(input: unknown) {
      const { merchants: toggled, notify } = readControl(ToggleMerchants, input);
      const changed = toggled.map(({ id, enabled }) => {
        const merchant = merchants.get(id);
        if (!merchant) throw controlRefusal(404, 'not_found', `no merchant ${id}`);
        return { ...merchant, enabled };
      });
      for (const merchant of changed) merchants.put(merchant.id, merchant);
      const list = changed.map(({ id, enabled }) => ({ merchant_id: id, enabled }));
      const body = { merchant_toggle_list: list, time_updated: seconds(now()) };
      if (notify) notifications.notify('toggle-merchant', body);
      return changed;
    },
    /** Takes pieces out of the inventory, or puts them back. */
    move(skuId: string, pieces: number) {
      const sku = skus.get(skuId);
      if (sku) tellSku('update-sku', put({ ...sku, inventory: sku.inventory + pieces }));
    },
  };
}

const anonymous = (id: string): Merchant => ({ id, name: id, enabled: true });

const cents = (dollars: number): number => Math.round(dollars * 100);

function defined<T extends object>(change: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
