import { sweepEndpoints } from '#lib/changes/ring-endpoints';
import { sweep } from '#lib/deliveries/sweep';
import { scheduled } from '#lib/platform/lambda/lambda';
import { endRetention } from '#lib/privacy/retention';
import { advanceReplays } from '#lib/replays/advance';

export const handler = scheduled(() => Promise.all([sweep(), advanceReplays(), endRetention(), sweepEndpoints()]));
