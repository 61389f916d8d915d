import { receiver } from '#lib/inbound/receive';
import { webhook } from '#lib/marketplaces/marketful/webhook';

export const handler = receiver(webhook);
