import { connector } from '#lib/marketplaces/sello/index';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = () => pollMarketplace(connector);
