import { AT_ONCE, PAGE } from '#lib/changes/push';
import { functions } from '#lib/topology';
import { AWS } from './aws.ts';

/** The changes of an order that somebody else ships: created, released, placed, its parcel added and reported. */
const CHANGES = 5;
/** Seconds of a whole CPU to make and send one message (`bench:cost`, "told to an endpoint"). */
const CPU_SECONDS = 0.001;
/** Seconds between two pages: the feed is read and the cursor written, one after the other. */
const PAGE_SECONDS = 0.03;

/**
 * The most changes a second that one endpoint can be told, by how fast it answers, and the orders an hour that these
 * come from: one invocation tells it, in pages, with several requests at once, on the share of a CPU that its memory
 * buys.
 */
export function endpointLimits(answerSeconds: readonly number[]): Array<[string, number, number]> {
  const memoryMb = functions.find(({ name }) => name === 'notifier')?.memoryMb ?? 0;
  const work = CPU_SECONDS / Math.min(1, memoryMb / AWS.lambda.megabytesPerCpu);
  return answerSeconds.map((answer) => {
    const seconds = PAGE_SECONDS + PAGE * Math.max(work, (answer + work) / AT_ONCE);
    const perSecond = Math.floor(PAGE / seconds);
    return [`${answer * 1000} ms`, perSecond, Math.floor((perSecond * 3600) / CHANGES)];
  });
}
