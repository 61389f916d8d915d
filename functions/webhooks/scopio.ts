import { receiver } from '#lib/inbound/receive';
import { webhook } from '#lib/marketplaces/scopio/webhook';

export const handler = receiver(webhook);
