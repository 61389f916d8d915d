import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { listDeliveries } from '#lib/deliveries/list';
import { deliveriesOf } from '#lib/orders/store';
import { OUTCOME_UNKNOWN } from '#lib/platform/errors';
import { db } from '#lib/platform/table/table';
import { putWaiting, withoutKnown } from './members.ts';
import type { Member, Replay } from './replay.ts';
import { commitReplay } from './store.ts';

/** A transaction takes 100 writes, and the replay itself is one of them. */
const CHUNK = 90;

/** Where a filter's replay has to search: only dead and blocked deliveries unless it names a state. */
export const statesOf = ({ state }: DeliveryFilter): NonNullable<Replay['collect']>['states'] =>
  state ? [state] : ['dead', 'blocked'];

/** What no probe can tell is replayed by who names this cause: a filter has not looked at each. */
export const mayReplay = ({ cause }: DeliveryFilter, delivery: Delivery): boolean =>
  delivery.cause?.code !== OUTCOME_UNKNOWN || cause === OUTCOME_UNKNOWN;

/** Adds the next page of what the filter matches, with the place where the search goes on. */
export async function collectChunk(replay: Replay, now: Date, table = db): Promise<Replay | undefined> {
  const { id, filter, collect, matched } = replay;
  const [state, ...others] = collect?.states ?? [];
  if (!filter || state === undefined) return commitReplay(replay, { collect: null, state: 'running' }, now, [], table);
  const { items, cursor } = await listDeliveries(
    {
      ...filter,
      ...(state && { state }),
      among: await deliveriesOf(filter.order, table),
      limit: CHUNK,
      ...(collect?.cursor && { cursor: collect.cursor }),
    },
    table,
  );
  const members = await withoutKnown(id, items.filter((each) => mayReplay(filter, each)).map(toMember), table);
  const next = cursor ? { states: [state, ...others], cursor } : { states: others, cursor: null };
  const isComplete = next.states.length === 0;
  return commitReplay(
    replay,
    {
      matched: matched + members.length,
      collect: isComplete ? null : next,
      ...(isComplete && { state: 'running' as const }),
    },
    now,
    members.map((member) => putWaiting(id, member)),
    table,
  );
}

const toMember = ({ id, createdAt, shipBy, state }: Delivery): Member => ({
  ...{ delivery: id, createdAt, was: state },
  ...(shipBy && { shipBy }),
});
