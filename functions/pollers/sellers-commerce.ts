import { connector } from '#lib/marketplaces/sellers-commerce/index';
import * as poller from '#lib/marketplaces/sellers-commerce/poll';
import { scheduled } from '#lib/platform/lambda/lambda';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = scheduled(() => pollMarketplace({ ...connector, ...poller }));
