import { sweep } from '#lib/deliveries/sweep';
import { scheduled } from '#lib/platform/lambda/lambda';
import { advanceReplays } from '#lib/replays/advance';

export const handler = scheduled(() => Promise.all([sweep(), advanceReplays()]));
