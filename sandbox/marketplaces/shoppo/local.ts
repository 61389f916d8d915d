import { type LocalMarketplace, SHIP_AFTER_MS } from '../local.ts';
import { startShoppoSandbox } from './index.ts';
import { TOPICS } from './topics.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const SECRETS = {
  accessToken: 'sandbox-access-token',
  viewerId: 'sandbox-viewer',
  notificationToken: 'sandbox-notifications',
};

export const shoppo: LocalMarketplace = {
  marketplace: 'shoppo',
  connection: 'shoppo-supply',
  ships: [{ from: '*', match: { skuPrefix: 'SHP-' } }],
  async start({ hook, ...options }) {
    const sandbox = await startShoppoSandbox({
      ...options,
      ...SECRETS,
      // A carrier that SellersCommerce knows.
      autoShip: { afterMs: SHIP_AFTER_MS, courier: 'UPS' },
      notifications: Object.fromEntries(TOPICS.map((topic) => [topic, hook(topic)])),
    });
    return { sandbox, connection: { baseUrl: sandbox.endpoint, secrets: SECRETS } };
  },
};
