import type { LocalMarketplace } from '../local.ts';
import { type SellersCommerceSandbox, startSellersCommerceSandbox } from './index.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const SECRETS = { accessKey: 'sandbox-access-key', sharedSecret: 'sandbox-shared-secret' };

export const sellersCommerce: LocalMarketplace = {
  marketplace: 'sellers-commerce',
  connection: 'sc-store',
  async start({ port, dataDir }) {
    const sandbox = await startSellersCommerceSandbox({ ...SECRETS, port, dataDir });
    const isNew = sandbox.orders().length === 0;
    if (isNew) sellAnHourAgo(sandbox);
    return {
      sandbox,
      connection: { baseUrl: sandbox.url, secrets: SECRETS, settings: { timeZone: 'UTC' } },
      chapter: {
        channel: 'SellersCommerce',
        shipper: 'Shoppo',
        opening:
          'A buyer has paid in the SellersCommerce store. It calls nobody: the hub logs in and asks what has changed.',
        buy: () => ({ id: `sc-store:${sandbox.orders()[0]?.OrderNumber}`, isNew }),
        end: 'fulfillment.reported',
      },
    };
  },
};

/** Places the order in the past: a poll leaves out the last seconds, and the very first poll should find it. */
function sellAnHourAgo(store: SellersCommerceSandbox): void {
  store.setClock({ offsetSeconds: -3600 });
  store.setStock({ SkuCode: 'SHP-1', Inventory: 0, ProductName: 'Bamboo lunch box' });
  store.place({ OrderItems: [{ SkuCode: 'SHP-1', ProductName: 'Bamboo lunch box' }] });
  store.setClock({ offsetSeconds: 0 });
}
