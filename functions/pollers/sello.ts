import { connector } from '#lib/marketplaces/sello/index';
import * as poller from '#lib/marketplaces/sello/poll';
import { scheduled } from '#lib/platform/lambda/lambda';
import { pollMarketplace } from '#lib/polling/poll';

export const handler = scheduled(() => pollMarketplace({ ...connector, ...poller }));
