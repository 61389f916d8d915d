import { randomUUID } from 'node:crypto';
import { transact } from '#lib/aws/table';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDelivery } from '#lib/deliveries/ledger';
import { type DeliveryFilter, eachDelivery, replayDelivery, replayMatching } from '#lib/deliveries/replay';
import { finishReplay, putReplay, type ReplayRecord } from '#lib/deliveries/replay-record';
import { ApiError, notFound } from './errors.ts';

/** API Gateway waits 29 seconds, and finding what matches takes its share. */
const MAX_MS = 15_000;

interface Asked {
  by: string;
  reason: string | undefined;
}

const openRecord = ({ by, reason }: Asked): ReplayRecord => ({
  id: `rpl_${randomUUID()}`,
  by,
  reason: reason ?? null,
  delivery: null,
  filter: null,
  perMinute: null,
  matched: 1,
  replayed: null,
  at: new Date().toISOString(),
});

/** Deliveries a filter matches, newest first; only dead and blocked ones unless it names a state. */
export async function findReplayable(filter: DeliveryFilter): Promise<Delivery[]> {
  if (filter.state) return Array.fromAsync(eachDelivery(filter));
  const found = await Promise.all(
    (['dead', 'blocked'] as const).map((state) => Array.fromAsync(eachDelivery({ ...filter, state }))),
  );
  return found.flat();
}

/** What replaying these would ask of the remotes. */
export function countCalls(deliveries: readonly Delivery[]) {
  const alike = Map.groupBy(deliveries, ({ connection, action }) => `${connection}\n${action}`);
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { marketplace, connection, action } = first;
    return { marketplace, connection, action, count: group.length };
  });
}

export async function replayAll(
  deliveries: readonly Delivery[],
  { filter, perMinute, ...asked }: Asked & { filter: DeliveryFilter; perMinute: number },
) {
  const deadline = Date.now() + MAX_MS;
  const record = { ...openRecord(asked), filter, perMinute, matched: deliveries.length };
  await transact([putReplay(record)]);
  const replayed = await replayMatching(deliveries, { ...asked, replayId: record.id }, perMinute, deadline);
  await finishReplay(record.id, replayed);
  return { replayId: record.id, matched: deliveries.length, replayed };
}

/** Replays one delivery whatever its state, unless a worker has it in hand. */
export async function replayOne(id: string, asked: Asked) {
  const delivery = await getDelivery(id);
  if (!delivery) throw notFound('delivery');
  const record = { ...openRecord(asked), delivery: id, replayed: 1 };
  const author = { ...asked, replayId: record.id };
  if (!(await replayDelivery(delivery, author, undefined, [putReplay(record)])))
    throw new ApiError(409, 'delivery_in_progress', 'a worker has the delivery in hand; try again when it is done');
  return { replayId: record.id, matched: 1, replayed: 1 };
}
