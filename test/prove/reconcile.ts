import type { ShownDelivery, ShownOrder } from '../support/shown.ts';
import { checkAttempts } from './intervals.ts';
import type { Operator } from './operator.ts';
import { SHED, SHOP } from './settings.ts';
import type { World } from './world.ts';

/** What must be nothing. */
interface Bad {
  ordersLost: number;
  ordersDoubled: number;
  placementsLost: number;
  placementsDoubled: number;
  placementsTriedTwice: number;
  fulfillmentsLost: number;
  fulfillmentsDoubled: number;
  attemptsOverLimit: number;
  intervalsOutside: number;
  deliveriesStuck: number;
  eventsUnreadable: number;
}

export interface Report {
  seed: number;
  asked: number;
  ordersIn: number;
  ordersKnown: number;
  placedOnce: number;
  parcelsShipped: number;
  toldOnce: number;
  bad: Bad;
  /** What is bad, in words, the first few of each. */
  findings: string[];
  kills: number;
  /** Faults by edge and kind, as they went over the wire. */
  faults: Record<string, number>;
  replayed: Record<string, number>;
  /** Deliveries whose outcome no probe could tell, and a person found done. */
  settledByPerson: number;
  deliveries: number;
  attempts: number;
  outcomes: Record<string, number>;
  /** How much later than due retries began, in seconds, outside of outages. */
  lateness: { median: number; p99: number; max: number };
  sellingSeconds: number;
  ordersPerSecond: number;
}

interface Given {
  orders: number;
  asked: number;
  seed: number;
  sellingSeconds: number;
  operator: Operator;
  stalls: ReadonlyArray<{ from: number; to: number }>;
}

const SHOWN = 5;

/** Holds what the shop sold and was told, and what the shed shipped, against what the hub's own API says. */
export async function reconcile(world: World, given: Given): Promise<Report> {
  const { scopio, marketful, calls, outages } = world;
  const findings: string[] = [];
  const note = (what: string, which: readonly string[]): number => {
    if (which.length > 0)
      findings.push(
        `${what}: ${which.slice(0, SHOWN).join('; ')}${which.length > SHOWN ? ` … ${which.length} in all` : ''}`,
      );
    return which.length;
  };

  const sold = scopio.orders();
  const known = await readAll<ShownOrder>(world, 'orders', `connection=${SHOP}`);
  const deliveries = [
    ...(await readAll<ShownDelivery>(world, 'deliveries', `connection=${SHOP}`)),
    ...(await readAll<ShownDelivery>(world, 'deliveries', `connection=${SHED}`)),
  ];
  const unreadable = await readAll<{ id: string; error: unknown }>(world, 'events', 'state=unreadable');

  const knownIds = countBy(known, ({ id }) => id);
  const placed = countBy(marketful.orders(), ({ orden_id: id }) => id);
  const refusedTwice = marketful
    .received()
    .placements.filter(({ status, message }) => status !== 200 && /already exists/.test(message));
  const accepted = scopio.received().fulfillments.filter(({ status }) => status === 200);
  const told = countBy(accepted, ({ orderId, body }) => `${orderId} ${(body as Told).tracking_number}`);
  const shipped = marketful
    .orders()
    .flatMap(({ orden_id: id, shipment_events: events }) => [
      ...new Set(
        events.flatMap(({ tracking_number: number }) =>
          number === null ? [] : [`${id.slice(id.indexOf(':') + 1)} ${number}`],
        ),
      ),
    ]);
  const name = ({ id }: { id: string }) => `${SHOP}:${id}`;
  const attempts = checkAttempts(deliveries, {
    replayed: given.operator.replayed,
    outages,
    stalls: given.stalls,
    calls,
  });

  const bad: Bad = {
    ordersLost: note('orders lost', sold.filter((order) => !knownIds.has(name(order))).map(name)),
    ordersDoubled: note('orders doubled', multiple(knownIds)),
    placementsLost: note('placements lost', sold.filter((order) => !placed.has(name(order))).map(name)),
    placementsDoubled: note('placements doubled', multiple(placed)),
    placementsTriedTwice: note(
      'placements tried twice',
      refusedTwice.map(({ number, message }) => `${number} ${message}`),
    ),
    fulfillmentsLost: note(
      'fulfillments lost',
      shipped.filter((parcel) => !told.has(parcel)),
    ),
    fulfillmentsDoubled: note('fulfillments doubled', multiple(told)),
    attemptsOverLimit: note('attempts over the limit', attempts.overLimit),
    intervalsOutside: note('intervals outside', attempts.outside),
    deliveriesStuck: note(
      'deliveries stuck',
      deliveries
        .filter(({ id, state }) => state !== 'succeeded' && !given.operator.settled.has(id))
        .map(
          ({ id, action, order, state, cause }) =>
            `${id} ${action} of ${order} ${state} ${cause?.code} ${cause?.description}`,
        ),
    ),
    eventsUnreadable: note(
      'events unreadable',
      unreadable.map(({ id, error }) => `${id} ${JSON.stringify(error)}`),
    ),
  };
  const all = deliveries.flatMap((delivery) => delivery.attempts);
  return {
    seed: given.seed,
    asked: given.asked,
    ordersIn: sold.length,
    ordersKnown: knownIds.size,
    placedOnce: [...placed.values()].filter((count) => count === 1).length,
    parcelsShipped: shipped.length,
    toldOnce: shipped.filter((parcel) => told.get(parcel) === 1).length,
    bad,
    findings,
    kills: outages.length,
    faults: tally(calls.flatMap(({ edge, fault }) => (fault ? [`${edge} ${wordFor(fault)}`] : []))),
    replayed: tally(given.operator.replayed.map(({ why }) => why)),
    settledByPerson: given.operator.settled.size,
    deliveries: deliveries.length,
    attempts: all.length,
    outcomes: tally(all.map(({ outcome, code }) => (code ? `${outcome} ${code}` : outcome))),
    lateness: attempts.lateness,
    sellingSeconds: given.sellingSeconds,
    ordersPerSecond: sold.length / given.sellingSeconds,
  };
}

interface Told {
  tracking_number?: string;
}

export const isProven = ({ asked, ordersIn, bad }: Report): boolean =>
  ordersIn === asked && Object.values(bad).every((count) => count === 0);

function wordFor(fault: NonNullable<World['calls'][number]['fault']>): string {
  const done = 'done' in fault && fault.done ? ' after the work' : '';
  return `${fault.kind}${fault.kind === 'answer' ? ` ${fault.status}` : ''}${done}`;
}

async function readAll<T>({ hub }: World, plural: string, query: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await hub().get<Record<string, T[]> & { cursor?: string }>(`/${plural}?${query}&limit=200${more}`);
    rows.push(...(page[plural] ?? []));
    cursor = page.cursor;
  } while (cursor);
  return rows;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

const multiple = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].flatMap(([key, count]) => (count > 1 ? [`${key} × ${count}`] : []));

const tally = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...countBy(words, (word) => word)].sort(([a], [b]) => a.localeCompare(b)));
