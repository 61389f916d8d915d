import { pusher } from '#lib/inbound/pusher';
import { connector } from '#lib/marketplaces/sello/index';

export const handler = pusher(connector);
