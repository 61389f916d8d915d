import { type LocalMarketplace, SHIP_AFTER_MS } from '../local.ts';
import { startAcmeGoodsSandbox } from './index.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const SECRETS = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };

export const acmeGoods: LocalMarketplace = {
  marketplace: 'acme-goods',
  connection: 'acme-goods-main',
  ships: [{ from: '*', match: { skuPrefix: 'ACME-GOODS-' } }],
  async start({ hook, ...options }) {
    const webhookUrl = hook('parcel-shipped');
    const sandbox = await startAcmeGoodsSandbox({ ...options, ...SECRETS, webhookUrl, shipAfterMs: SHIP_AFTER_MS });
    return { sandbox, connection: { baseUrl: sandbox.url, secrets: SECRETS } };
  },
};
