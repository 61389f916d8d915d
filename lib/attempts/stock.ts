import type { Subjects } from '#lib/deliveries/delivery';
import type { StockInput } from '#lib/marketplaces/action';
import type { Job } from './attempt.ts';

/** Tells a sales channel the quantity of this moment, so that stock deliveries in any order end in the truth. */
export const stock: Job<Subjects['stock'], StockInput> = {
  action: (actions) => actions.stock,

  async prepare({ sku }, { remote, network, hub }) {
    const [listing, quantity] = await Promise.all([remote.findProduct(sku), hub.countStock(sku, network)]);
    return listing && quantity !== null ? { input: { listing, quantity } } : { effects: {} };
  },

  after: async () => ({}),
};
