import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, transition } from '#lib/deliveries/ledger';
import { reopen } from '#lib/deliveries/reopen';
import { tellOrder } from '#lib/orders/change';
import { chunksOf } from '#lib/platform/chunks';
import { type Table, transact, type Write } from '#lib/platform/table/table';
import { moveMember, putBack, putReleased } from './members.ts';
import { beforeOf, type Member, type Replay, restored } from './replay.ts';
import type { Hub } from './store.ts';

const AT_ONCE = 20;

/**
 * Gives open members their fresh set of attempts, each due at its slot. A delivery that a worker has stays open and is
 * tried again at the next tick. The delivery and the member change together, so a crash between two members repeats
 * none.
 */
export async function release(
  replay: Replay,
  members: readonly Member[],
  slots: readonly string[],
  now: Date,
  { table, ring }: Hub,
): Promise<void> {
  const deliveries = await findAll(members, table);
  await inParallel(members.slice(0, slots.length), async (member, index) => {
    const delivery = deliveries.get(member.delivery);
    if (!delivery || !isReleasable(member, delivery)) return;
    const at = now.toISOString();
    const reopened = reopen(delivery, slots[index] ?? at, at);
    const released: Member = { ...member, releasedAt: at, before: await beforeOf(delivery, table) };
    const also = [...tellReplay(delivery, 'delivery.replayed', replay, at), putReleased(replay.id, released)];
    if (await transition(delivery, reopened, also, table)) await ring([reopened], now);
  });
}

const isReleasable = ({ was }: Member, { state }: Delivery): boolean =>
  state !== 'leased' && (state !== 'succeeded' || was === 'succeeded');

/**
 * Takes back what a stopped replay has released and nobody has looked at yet, and what it could never release because
 * another replay had it; the rest runs on.
 */
export async function recall(replay: Replay, members: readonly Member[], now: Date, table: Table): Promise<void> {
  const deliveries = await findAll(members, table);
  await inParallel(members, async (member) => {
    const delivery = deliveries.get(member.delivery);
    if (!delivery) return;
    const { releasedAt, before, ...waiting } = member;
    const also = moveMember(replay.id, waiting, { from: 'OPEN', to: 'WAITING' }, now);
    if (!releasedAt) return void (await transact(putBack(replay.id, member, now), table));
    if (!before || delivery.updatedAt !== releasedAt || delivery.state !== 'pending') return;
    if (Date.parse(delivery.nextAttemptAt ?? '') <= now.getTime()) return;
    const told = tellReplay(delivery, 'delivery.recalled', { ...replay, ...replay.cancelled }, now.toISOString());
    await transition(delivery, await restored(delivery, before, table), [...told, ...also], table);
  });
}

/** A replay's entry on the timeline of the delivery's order. */
export function tellReplay(
  { id, order }: Delivery,
  type: 'delivery.replayed' | 'delivery.recalled',
  { id: replay, by, reason }: { id: string; by: string; reason: string | null },
  at: string,
): Write[] {
  if (!order) return [];
  const detail = { delivery: id, replay, ...(reason !== null && { reason }) };
  return tellOrder(order, [{ type, detail }], { by, at, origin: `${id}#${at}` });
}

export async function findAll(members: readonly Member[], table: Table): Promise<ReadonlyMap<string, Delivery>> {
  const ids = members.map(({ delivery }) => delivery);
  const found = await getDeliveries(ids, table);
  return new Map(found.map((delivery) => [delivery.id, delivery]));
}

async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  for (const some of chunksOf([...items.entries()], AT_ONCE))
    await Promise.all(some.map(([index, item]) => work(item, index)));
}
