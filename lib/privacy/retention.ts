import { everyConnection, getConfiguration } from '#lib/connections/store';
import { RETENTION } from '#lib/orders/erasure';
import type { Order } from '#lib/orders/order';
import { isSettled } from '#lib/orders/status';
import { getOrder } from '#lib/orders/store';
import { retention } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { across, idOf, walkIndex } from '#lib/platform/table/sharded-index';
import { db, getItem, put } from '#lib/platform/table/table';
import { log } from '#lib/platform/telemetry/log';

/** How far the search for buyers to erase has come. */
interface Progress {
  nextAt: string;
  /** The sort key of the last order looked at, by connection. */
  behind: Record<string, string>;
  /** The last looked at again of those that had not settled; absent: they are looked at from their beginning. */
  waited?: string;
  /** What the version before kept in place of items, and reads after a roll-back; it empties: many would not fit. */
  waiting: string[];
}

const DAY_MS = 24 * 3600_000;
/** How many of each connection, and of those that had not settled, are looked at in one sweep. */
const PAGE = 200;

/** Erases the buyers of orders settled `RETENTION_BUYER_DAYS` ago: a few at each sweep until all are done, then daily. */
export async function endRetention(now = new Date()): Promise<void> {
  const keptMs = retention.buyerDays() * DAY_MS;
  if (keptMs === 0) return;
  const known = await getItem<Progress>(items.retention.key());
  if (known && known.nextAt > now.toISOString()) return;
  const { behind, waited, waiting }: Omit<Progress, 'nextAt'> = known ?? { behind: {}, waiting: [] };
  const until = new Date(now.getTime() - keptMs).toISOString();
  const waits = await readWaits(waited);
  const looks = await Promise.all(everyConnection(await getConfiguration()).map((id) => look(id, behind[id], until)));
  const [listed, rest] = [waiting.slice(0, PAGE), waiting.slice(PAGE)];
  for (const id of new Set([...listed, ...waits.ids, ...looks.flatMap(({ ids }) => ids)])) {
    const order = await getOrder(id);
    const kept = order && !isErased(order) ? order : undefined;
    const isOpen = kept !== undefined && !isOver(kept, until);
    if (kept && !isOpen) await erase(kept);
    const key = items.retentionWait.key({ order: id });
    if (isOpen && !waits.ids.includes(id)) await db.put(put({ order: id, ...key }).Put);
    else if (!isOpen && waits.ids.includes(id)) await db.delete({ Key: key });
  }
  const isDone = rest.length === 0 && waits.last === undefined && looks.every(({ ids }) => ids.length < PAGE);
  const progress: Progress = {
    nextAt: new Date(now.getTime() + (isDone ? Math.min(DAY_MS, keptMs) : 0)).toISOString(),
    behind: { ...behind, ...Object.fromEntries(looks.flatMap(({ id, last }) => (last ? [[id, last]] : []))) },
    waiting: rest,
    ...(waits.last !== undefined && { waited: waits.last }),
  };
  await db.put(put({ ...progress, ...items.retention.key() }).Put);
}

/** A page of the orders that had not settled, and its last one, unless it is the last page. */
async function readWaits(after: string | undefined) {
  const { Items, LastEvaluatedKey: end } = await db.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': items.retention.key().pk, ':prefix': items.retentionWait.prefix },
    ConsistentRead: true,
    Limit: PAGE,
    ...(after !== undefined && { ExclusiveStartKey: items.retentionWait.key({ order: after }) }),
  });
  const ids = (Items as Array<{ order: string }>).map(({ order }) => order);
  return { ids, last: end && ids.at(-1) };
}

/** Orders received before an instant, the oldest first, after the last that was looked at. */
async function look(connection: string, behind: string | undefined, until: string) {
  const where = { ...across(items.order.byTime, [connection]), limit: PAGE, after: behind, before: until };
  const rows = [];
  for await (const more of walkIndex(where)) if (rows.push(...more) >= PAGE) break;
  const page = rows.slice(0, PAGE);
  return { id: connection, ids: page.map(idOf), last: page.at(-1)?.sort };
}

const isOver = (order: Order, until: string): boolean => isSettled(order) && order.updatedAt < until;

/** Not just marked: an erasure may have ended halfway. */
const isErased = ({ erased, buyer, shippingAddress }: Order): boolean =>
  erased !== undefined && Object.keys({ ...buyer, ...shippingAddress }).every((name) => name === 'address_country');

/** Raw bodies and requests have expired by then: searching a year of them would take too long. */
async function erase({ id }: Order): Promise<void> {
  const [{ eraseBuyer, cursorAt }, { OWN }, { getNetwork }] = await Promise.all([
    import('./erase.ts'),
    import('./places.ts'),
    import('#lib/marketplaces/network'),
  ]);
  const reason = 'its time of keeping is over';
  const cursor = cursorAt({ place: 'deliveries', from: OWN });
  await eraseBuyer({ order: id }, reason, { network: await getNetwork(), by: RETENTION, timeMs: 10_000, cursor });
  log.info('buyer erased', { order: id, reason });
}
