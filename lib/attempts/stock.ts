import { toldTo } from '#lib/catalog/stock';
import type { Subjects } from '#lib/deliveries/delivery';
import type { StockInput } from '#lib/marketplaces/action';
import type { Job } from './attempt.ts';

/** Tells a sales channel the quantity of this moment, so that stock deliveries in any order end in the truth. */
export const stock: Job<Subjects['stock'], StockInput> = {
  action: (actions) => actions.stock,

  async prepare({ sku }, { remote, connection, network, hub }) {
    const [listing, units] = await Promise.all([remote.findProduct(sku), hub.countStock(sku, network, remote.now())]);
    return listing && units !== null ? { input: { listing, quantity: toldTo(connection, units) } } : { effects: {} };
  },

  after: async () => ({}),
};
