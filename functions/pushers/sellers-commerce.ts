import { pusher } from '#lib/inbound/pusher';
import { connector } from '#lib/marketplaces/sellers-commerce/index';

export const handler = pusher(connector);
