import { receiver } from '#lib/inbound/receive';
import { webhook } from '#lib/marketplaces/sello/webhook';

export const handler = receiver(webhook);
