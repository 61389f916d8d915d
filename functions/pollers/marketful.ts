import { connector } from '#lib/marketplaces/marketful/index';
import { scheduled } from '#lib/platform/lambda/lambda';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = scheduled(() => pollMarketplace(connector));
