import { sweep } from '#lib/deliveries/sweep';
import { advanceReplays } from '#lib/replays/advance';

export const handler = () => Promise.all([sweep(), advanceReplays()]);
