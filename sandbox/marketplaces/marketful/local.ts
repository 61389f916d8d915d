import { type LocalMarketplace, SHIP_AFTER_MS, URL_SECRET } from '../local.ts';
import { startMarketfulSandbox } from './index.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const ACCOUNT = { accessToken: 'sandbox-access-token', userId: 'sandbox-user' };

export const marketful: LocalMarketplace = {
  marketplace: 'marketful',
  connection: 'marketful-mx',
  ships: [{ from: 'scopio-main', match: { country: 'MX' } }],
  async start({ hook, ...options }) {
    const sandbox = await startMarketfulSandbox({
      ...options,
      ...ACCOUNT,
      autoShip: { afterMs: SHIP_AFTER_MS },
      webhooks: {
        'order/created': `${hook('order-created')}/${URL_SECRET}`,
        'order/updated': `${hook('order-updated')}/${URL_SECRET}`,
        'shipment_event/created': `${hook('shipment-event-created')}/${URL_SECRET}`,
      },
    });
    return { sandbox, connection: { baseUrl: sandbox.url, secrets: { ...ACCOUNT, webhookSecret: URL_SECRET } } };
  },
};
