import { connector } from '#lib/marketplaces/sellers-commerce/index';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = () => pollMarketplace(connector);
