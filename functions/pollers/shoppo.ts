import { connector } from '#lib/marketplaces/shoppo/index';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = () => pollMarketplace(connector);
