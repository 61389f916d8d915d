import { createHash } from 'node:crypto';
import type { Delivery } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/delivery-schema';
import { eachDelivery, listDeliveries } from '#lib/deliveries/list';
import { reopen } from '#lib/deliveries/reopen';
import { deliveriesOf } from '#lib/orders/store';
import { OUTCOME_UNKNOWN } from '#lib/platform/errors';
import { db } from '#lib/platform/table/table';
import { putMember, withoutKnown } from './members.ts';
import type { Member, Replay } from './replay.ts';
import type { Call } from './replay-schema.ts';
import { commitReplay } from './store.ts';

/** A transaction takes 100 writes, and the replay itself is one of them. */
const CHUNK = 90;

/** Where a filter's replay has to search: only dead and blocked deliveries unless it names a state. */
export const statesOf = ({ state }: DeliveryFilter): NonNullable<Replay['collect']>['states'] =>
  state ? [state] : ['dead', 'blocked'];

/** A delivery that no probe can tell about is only replayed if the filter names this cause: somebody must have looked. */
const mayReplay = ({ cause }: DeliveryFilter, delivery: Delivery): boolean =>
  delivery.cause?.code !== OUTCOME_UNKNOWN || cause === OUTCOME_UNKNOWN;

/** Adds the next page of what the filter matches, and where the search continues. */
export async function collectChunk(replay: Replay, now: Date, table = db): Promise<Replay | undefined> {
  const { id, filter, collect, matched } = replay;
  const [state, ...others] = collect?.states ?? [];
  if (!filter || state === undefined) return commitReplay(replay, { collect: null, state: 'running' }, now, [], table);
  const among = await deliveriesOf(filter.order, table);
  const page = { limit: CHUNK, cursor: collect?.cursor ?? undefined };
  const { items, cursor } = await listDeliveries({ ...filter, ...(state && { state }), among, ...page }, table);
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
    members.map((member) => putMember(id, 'WAITING', member)),
    table,
  );
}

const toMember = ({ id, createdAt, shipBy, state }: Delivery): Member => ({
  ...{ delivery: id, createdAt, was: state },
  ...(shipBy && { shipBy }),
});

const MAX_MATCHED = 20_000;
const MAX_MS = 15_000;
const SAMPLE = 5;

/** What a replay of this one delivery would do. */
export function matchOne(delivery: Delivery) {
  const calls = new Map<string, Call>();
  count(calls, delivery);
  const digest = createHash('sha256').update(stampOf(delivery)).digest('hex');
  return { matched: 1, complete: true, leftOut: 0, digest, sample: [delivery], calls: [...calls.values()] };
}

/** What a digest contains of a delivery: it differs with each state. */
const stampOf = ({ id, updatedAt }: Delivery): string => `${id} ${updatedAt}\n`;

/** What a replay of this filter would do; a bounded look that changes nothing. */
export async function matchDeliveries(filter: DeliveryFilter) {
  const deadline = Date.now() + MAX_MS;
  const calls = new Map<string, Call>();
  const sample: Delivery[] = [];
  const digest = createHash('sha256');
  let matched = 0;
  let leftOut = 0;
  let complete = true;
  const among = await deliveriesOf(filter.order);
  for (const state of statesOf(filter)) {
    for await (const delivery of eachDelivery({ ...filter, ...(state && { state }), among })) {
      if (matched === MAX_MATCHED || Date.now() > deadline) {
        complete = false;
        break;
      }
      if (!mayReplay(filter, delivery)) {
        leftOut++;
        continue;
      }
      matched++;
      digest.update(stampOf(delivery));
      if (sample.length < SAMPLE) sample.push(delivery);
      count(calls, delivery);
    }
  }
  return { matched, complete, leftOut, digest: digest.digest('hex'), sample, calls: [...calls.values()] };
}

function count(calls: Map<string, Call>, delivery: Delivery): void {
  const { marketplace, connection, action } = delivery;
  const key = `${connection}\n${action}`;
  const call = calls.get(key) ?? { marketplace, connection, action, count: 0, probedFirst: 0 };
  calls.set(key, call);
  call.count++;
  if (reopen(delivery, '', '').unknown) call.probedFirst++;
}
