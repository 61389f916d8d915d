import { openFeed } from '#lib/changes/feed';
import { sweepEndpoints } from '#lib/changes/ring-endpoints';
import { sweep } from '#lib/deliveries/sweep';
import { scheduled } from '#lib/platform/lambda/lambda';
import { endRetention } from '#lib/privacy/retention';
import { advanceReplays } from '#lib/replays/advance';

const { keepEnds } = openFeed();

export const handler = scheduled(() =>
  Promise.all([sweep(), advanceReplays(), endRetention(), sweepEndpoints(), keepEnds()]),
);
