import { connector } from '#lib/marketplaces/marketful/index';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = () => pollMarketplace(connector);
