import { buy } from '../../story/chapter.ts';
import { type LocalMarketplace, URL_SECRET } from '../local.ts';
import { startSelloSandbox } from './index.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const ACCOUNT = { apiKey: 'sandbox-token:sandbox-key' };
/** Sello raises its 30 on request; with 30, the story would have to wait for the limit. */
const REQUESTS_PER_MINUTE = 120;

export const sello: LocalMarketplace = {
  marketplace: 'sello',
  connection: 'sello-se',
  async start({ hook, ...options }) {
    const sandbox = await startSelloSandbox({
      ...options,
      ...ACCOUNT,
      requestsPerMinute: REQUESTS_PER_MINUTE,
      webhooks: {
        orderNew: `${hook('order-new')}/${URL_SECRET}`,
        orderPaid: `${hook('order-paid')}/${URL_SECRET}`,
        orderUpdated: `${hook('order-updated')}/${URL_SECRET}`,
        productUpdated: `${hook('product-updated')}/${URL_SECRET}`,
        productQuantityUpdated: `${hook('product-quantity-updated')}/${URL_SECRET}`,
      },
    });
    return {
      sandbox,
      connection: {
        baseUrl: sandbox.baseUrl,
        secrets: { ...ACCOUNT, webhookSecret: URL_SECRET },
        requestsPerMinute: REQUESTS_PER_MINUTE,
      },
      chapter: {
        channel: 'Sello',
        shipper: 'The seller',
        opening:
          'A buyer pays on a marketplace that Sello looks after. Its webhook carries an id only: the hub reads the order.',
        buy: () => buy('sello-se', sandbox.orders()[0]?.id, () => sandbox.place()[0]?.id),
        async ship(hub, order) {
          if (order.fulfillments.length > 0) return;
          await hub.post(`/orders/${encodeURIComponent(order.id)}/fulfillments`, {
            carrier: 'posten',
            trackingNumber: 'UJ501224367SE',
          });
        },
        end: 'status.reported',
      },
    };
  },
};
