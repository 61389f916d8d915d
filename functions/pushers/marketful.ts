import { pusher } from '#lib/inbound/pusher';
import { connector } from '#lib/marketplaces/marketful/index';

export const handler = pusher(connector);
