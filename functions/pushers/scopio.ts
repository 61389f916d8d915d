import { pusher } from '#lib/inbound/pusher';
import { connector } from '#lib/marketplaces/scopio/index';

export const handler = pusher(connector);
