import { buy } from '../../story/chapter.ts';
import type { LocalMarketplace } from '../local.ts';
import { startScopioSandbox } from './index.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const SECRETS = { apiKey: 'sk_mkt_sandbox', webhookSecret: 'sandbox-webhook-secret' };

export const scopio: LocalMarketplace = {
  marketplace: 'scopio',
  connection: 'scopio-main',
  async start({ hook, ...options }) {
    const sandbox = await startScopioSandbox({ ...options, ...SECRETS, webhookUrl: hook('order-paid') });
    return {
      sandbox,
      connection: { baseUrl: sandbox.url, secrets: SECRETS },
      chapter: {
        channel: 'Scopio',
        shipper: 'Marketful',
        opening: 'A buyer pays on Scopio. It calls the hub: a webhook, signed with their shared secret.',
        buy: () => buy('scopio-main', sandbox.orders()[0]?.id, () => sandbox.place()[0]?.id),
        end: 'fulfillment.reported',
      },
    };
  },
};
