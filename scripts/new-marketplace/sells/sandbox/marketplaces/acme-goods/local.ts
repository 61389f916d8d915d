import type { LocalMarketplace } from '../local.ts';
import { startAcmeGoodsSandbox } from './index.ts';

// Throw-away credentials of a simulated account: they open nothing but this machine's own sandbox.
const SECRETS = { apiKey: 'sandbox-key', webhookSecret: 'sandbox-webhook-secret' };

export const acmeGoods: LocalMarketplace = {
  marketplace: 'acme-goods',
  connection: 'acme-goods-main',
  async start({ hook, ...options }) {
    const sandbox = await startAcmeGoodsSandbox({ ...options, ...SECRETS, webhookUrl: hook('order-paid') });
    return { sandbox, connection: { baseUrl: sandbox.url, secrets: SECRETS } };
  },
};
