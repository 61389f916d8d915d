import { receiver } from '#lib/inbound/receive';
import { webhook } from '#lib/marketplaces/shoppo/webhook';

export const handler = receiver(webhook);
