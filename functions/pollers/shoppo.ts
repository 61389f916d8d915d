import { connector } from '#lib/marketplaces/shoppo/index';
import * as poller from '#lib/marketplaces/shoppo/poll';
import { scheduled } from '#lib/platform/lambda/lambda';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = scheduled(() => pollMarketplace({ ...connector, ...poller }));
