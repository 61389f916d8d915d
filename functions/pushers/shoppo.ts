import { pusher } from '#lib/inbound/pusher';
import { connector } from '#lib/marketplaces/shoppo/index';

export const handler = pusher(connector);
