import type { Consumer } from './consumer.ts';
import type { Inbound } from './seller.ts';
import { share } from './share.ts';
import { cpu, waits } from './world.ts';

/** One second of the inbound queue, fair by connection: messages worked by kind, and busy invocations. */
export function ingestForASecond(
  inbound: readonly Inbound[],
  consumer: Consumer,
): { worked: Map<Inbound, number>; busy: number } {
  const bySide = [...Map.groupBy(inbound, ({ side }) => side)];
  const wishes = bySide.map(([{ count }, own]) => ({ count, amount: waitingIn(own) }));
  const got = share(wishes, consumer.capacity(), true);
  // All messages are taken before any is worked: what that adds to the queue belongs to the next second.
  const taken = bySide.flatMap(([, own], index) => {
    const wished = wishes[index]?.amount ?? 0;
    const part = wished > 0 ? (got[index] ?? 0) / wished : 0;
    return own.map((each) => [each, each.waiting * part] as const);
  });
  let count = 0;
  for (const [each, messages] of taken) {
    each.waiting -= messages;
    each.done(messages);
    count += messages;
  }
  const left = wishes.reduce((sum, { amount }) => sum + amount, 0) - count;
  const busy = consumer.work([{ count, waits: waits.ingest, cpu: cpu.ingest }], left);
  return { worked: new Map(taken), busy };
}

export const waitingIn = (inbound: readonly Inbound[]): number =>
  inbound.reduce((sum, { waiting }) => sum + waiting, 0);
