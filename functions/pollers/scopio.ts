import { connector } from '#lib/marketplaces/scopio/index';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = () => pollMarketplace(connector);
