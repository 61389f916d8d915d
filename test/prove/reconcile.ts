import type { ShownDelivery, ShownOrder } from '../support/shown.ts';
import { checkAttempts } from './intervals.ts';
import { isTrouble, type Operator, readAll } from './operator.ts';
import { boughtOf, type Content, type Item, type Sold } from './orders.ts';
import { CHANNELS, ERP, SHIPPERS } from './settings.ts';
import type { World } from './world.ts';

/** Counts that must all be 0. */
interface Bad {
  ordersLost: number;
  ordersDoubled: number;
  ordersStale: number;
  placementsLost: number;
  placementsDoubled: number;
  placementsTriedTwice: number;
  piecesWrong: number;
  placedThoughCancelled: number;
  fulfillmentsLost: number;
  fulfillmentsDoubled: number;
  fulfillmentsRefused: number;
  attemptsOverLimit: number;
  intervalsOutside: number;
  deliveriesStuck: number;
  eventsUnreadable: number;
  messagesGivenUp: number;
}

export interface Report {
  seed: number;
  asked: number;
  ordersIn: number;
  ordersKnown: number;
  /** How many orders the buyer changed, by kind of change. */
  changed: Record<string, number>;
  /** Orders by channel and shipper. */
  ways: Record<string, number>;
  placedOnce: number;
  parcelsShipped: number;
  toldOnce: number;
  bad: Bad;
  /** What is bad, in words; the first few of each kind. */
  findings: string[];
  kills: number;
  /** Faults by purpose of the call and kind, as they happened. */
  faults: Record<string, number>;
  /** Rings for finished deliveries that met a kill or a fault at each of five receives. */
  idleRings: number;
  replayed: Record<string, number>;
  /** What a person found done, or did by hand because it was too late for the hub. */
  closed: Record<string, number>;
  deliveries: number;
  attempts: number;
  outcomes: Record<string, number>;
  /** How late retries began, in seconds, outside of outages. */
  lateness: { median: number; p99: number; max: number };
  sellingSeconds: number;
  ordersPerSecond: number;
}

interface Given {
  asked: number;
  seed: number;
  sellingSeconds: number;
  operator: Operator;
  stalls: ReadonlyArray<{ from: number; to: number }>;
}

const SHOWN = 5;

/** Compares what was sold, shipped and told on all sides with the hub's own API. */
export async function reconcile(world: World, given: Given): Promise<Report> {
  const { sold, calls, outages } = world;
  const findings: string[] = [];
  const note = (what: string, which: readonly string[]): number => {
    if (which.length > 0)
      findings.push(
        `${what}: ${which.slice(0, SHOWN).join('; ')}${which.length > SHOWN ? ` … ${which.length} in all` : ''}`,
      );
    return which.length;
  };

  const known = (
    await Promise.all(CHANNELS.map((id) => readAll<ShownOrder>(world, 'orders', `connection=${id}`)))
  ).flat();
  const deliveries = (
    await Promise.all(
      [...CHANNELS, ...SHIPPERS].map((id) => readAll<ShownDelivery>(world, 'deliveries', `connection=${id}`)),
    )
  ).flat();
  const unreadable = await readAll<{ id: string; error: unknown }>(world, 'events', 'state=unreadable');
  const { deadLetters } = await world.hub().get<{ deadLetters: DeadLetter[] }>('/dead-letters');
  const crashed = deadLetters.filter(({ kind }) => kind === 'crashed');

  /**
   * Orders that the hub knows are cancelled, with timelines; what was shipped before that is fulfilled nevertheless.
   */
  const cancelled: ShownOrder[] = [];
  for (const { id } of sold.filter(({ change }) => change?.what === 'cancel')) {
    const order = await world.hub().get<ShownOrder>(`/orders/${encodeURIComponent(id)}`);
    if (order.timeline.some(({ type }) => type === 'order.cancelled')) cancelled.push(order);
  }
  const knownCancelled = new Set(cancelled.map(({ id }) => id));

  const contents = new Map(CHANNELS.map((id) => [id, world.channels[id].contents()]));
  const contentOf = ({ channel, externalId }: Sold) => contents.get(channel)?.get(externalId);
  const isCancelled = (id: string) => byId.get(id)?.change?.what === 'cancel';
  const byId = new Map(sold.map((order) => [order.id, order]));
  const knownIds = countBy(known, ({ id }) => id);
  const placedAll = SHIPPERS.flatMap((id) => world.shippers[id].placed());
  const placed = countBy(placedAll, ({ order }) => order);
  const placedByCode = countBy(placedAll, ({ code }) => code);
  const wantsPlacing = sold.filter(({ shipper, id }) => shipper !== ERP && !isCancelled(id));
  const parcel = ({ order, trackingNumber }: Parcel) => `${order} ${trackingNumber}`;
  const shipped = [...SHIPPERS.flatMap((id) => world.shippers[id].shipped()), ...world.erp.shipped];
  const told = countBy(
    CHANNELS.flatMap((id) =>
      world.channels[id].told().map(({ order, ...rest }) => ({ order: `${id}:${order}`, ...rest })),
    ),
    parcel,
  );
  const { replayed, closed } = given.operator;
  const attempts = checkAttempts(deliveries, { replayed, outages, stalls: given.stalls, calls });

  const bad: Bad = {
    ordersLost: note(
      'orders lost',
      sold.flatMap(({ id }) => (knownIds.has(id) ? [] : [id])),
    ),
    ordersDoubled: note('orders doubled', multiple(knownIds)),
    ordersStale: note(
      'orders not as they were sold or changed',
      known.flatMap((order) => staleness(order, byId, contentOf, knownCancelled)),
    ),
    placementsLost: note(
      'placements lost',
      wantsPlacing.flatMap(({ id }) => (placed.has(id) ? [] : [id])),
    ),
    placementsDoubled: note('placements doubled', multiple(placedByCode)),
    placementsTriedTwice: note(
      'placements tried twice',
      SHIPPERS.flatMap((id) => world.shippers[id].triedTwice()),
    ),
    piecesWrong: note(
      'placed with other pieces than were ever wanted',
      [...Map.groupBy(placedAll, ({ order }) => order)].flatMap(([order, all]) =>
        wrongPieces(
          byId.get(order),
          all.flatMap(({ items }) => items),
          contentOf,
        ),
      ),
    ),
    placedThoughCancelled: note(
      'placed after a cancellation was known',
      cancelled.flatMap((order) => placedTooLate(order, deliveries)),
    ),
    fulfillmentsLost: note(
      'fulfillments lost',
      shipped.filter((each) => !isCancelled(each.order) && !told.has(parcel(each))).map(parcel),
    ),
    fulfillmentsDoubled: note('fulfillments doubled', multiple(told)),
    fulfillmentsRefused: note(
      "the ERP's fulfillments refused",
      world.erp.refused.filter((each) => !isCancelled(each.split(' ')[0] ?? '')),
    ),
    attemptsOverLimit: note('attempts over the limit', attempts.overLimit),
    intervalsOutside: note('intervals outside', attempts.outside),
    deliveriesStuck: note(
      'deliveries stuck',
      deliveries
        .filter(isTrouble)
        .map(
          ({ id, action, order, state, cause }) =>
            `${id} ${action} of ${order} ${state} ${cause?.code} ${cause?.description}`,
        ),
    ),
    eventsUnreadable: note(
      'events unreadable',
      unreadable.map(({ id, error }) => `${id} ${JSON.stringify(error)}`),
    ),
    messagesGivenUp: note(
      'messages that crashed their function too often',
      crashed.filter((letter) => !isIdle(letter)).map(({ queue, body }) => `${queue} ${body}`),
    ),
  };
  const all = deliveries.flatMap((delivery) => delivery.attempts);
  return {
    seed: given.seed,
    asked: given.asked,
    ordersIn: sold.length,
    ordersKnown: knownIds.size,
    changed: tally(sold.flatMap(({ change }) => change?.what ?? [])),
    ways: tally(sold.map(({ channel, shipper }) => `${channel} → ${shipper}`)),
    placedOnce: [...placedByCode.values()].filter((count) => count === 1).length,
    parcelsShipped: shipped.length,
    toldOnce: shipped.filter((each) => told.get(parcel(each)) === 1).length,
    bad,
    findings,
    kills: outages.length,
    faults: tally(calls.flatMap(({ edge, fault }) => (fault ? [`${edge} ${wordFor(fault)}`] : []))),
    idleRings: crashed.filter(isIdle).length,
    replayed: tally(replayed.map(({ why }) => why)),
    closed,
    deliveries: deliveries.length,
    attempts: all.length,
    outcomes: tally(all.map(({ outcome, code }) => (code ? `${outcome} ${code}` : outcome))),
    lateness: attempts.lateness,
    sellingSeconds: given.sellingSeconds,
    ordersPerSecond: sold.length / given.sellingSeconds,
  };
}

interface Parcel {
  order: string;
  trackingNumber: string;
}

interface DeadLetter {
  queue: string;
  kind: 'crashed' | 'died';
  body?: string;
  delivery: Pick<ShownDelivery, 'state'> | null;
}

/** A ring for a delivery that is done: whatever happened to the ring, nothing is left to do. */
const isIdle = ({ delivery }: DeadLetter): boolean => delivery?.state === 'succeeded';

type ContentOf = (order: Sold) => Content | undefined;

/** What the hub and the sales channel say differently about an order. */
function staleness(
  shown: ShownOrder,
  byId: ReadonlyMap<string, Sold>,
  contentOf: ContentOf,
  knownCancelled: ReadonlySet<string>,
): string[] {
  const order = byId.get(shown.id);
  const wanted = order && contentOf(order);
  if (!wanted) return [`${shown.id} was never sold`];
  const isCancelled = knownCancelled.has(shown.id);
  if (isCancelled !== wanted.cancelled)
    return [`${shown.id} is ${shown.status}: ${isCancelled ? 'the hub' : 'its channel'} alone knows of a cancellation`];
  // A cancelled order has no pieces left, and goes nowhere.
  if (isCancelled) return [];
  const items = Object.fromEntries(shown.ucp.line_items.map(({ item, quantity }) => [item.id, quantity.total]));
  const { street_address: street = '' } = shown.shippingAddress;
  if (same(items, wanted.items) && street === wanted.street) return [];
  return [`${shown.id} has ${JSON.stringify({ items, street })} for ${JSON.stringify(wanted)}`];
}

/**
 * A buyer changes quantities once, so what was placed (the difference included) must be what he wanted before or after.
 */
function wrongPieces(order: Sold | undefined, items: readonly Item[], contentOf: ContentOf): string[] {
  if (!order) return [];
  const placed: Record<string, number> = {};
  for (const { sku, quantity } of items) placed[sku] = (placed[sku] ?? 0) + quantity;
  const wanted = [boughtOf(order).items, contentOf(order)?.items ?? {}];
  return wanted.some((each) => same(each, placed)) ? [] : [`${order.id} ${JSON.stringify(placed)}`];
}

/** A call already on its way may still arrive; later ones must not. */
const GRACE_MS = 1000;

/**
 * The commit that cancels an order plans to withdraw what was placed, or is being placed. What an earlier attempt had
 * placed is found only afterwards.
 */
function placedTooLate({ id, timeline }: ShownOrder, deliveries: readonly ShownDelivery[]): string[] {
  const own = deliveries.filter(({ order }) => order === id);
  const found = new Set(timeline.flatMap(({ detail }) => (detail?.probed === true ? detail.delivery : [])));
  const at = Math.min(...own.filter(({ action }) => action === 'cancel').map(({ createdAt }) => Date.parse(createdAt)));
  return own
    .filter(({ action }) => action === 'order')
    .filter((delivery) => !found.has(delivery.id))
    .flatMap(({ attempts }) => attempts.filter(({ outcome }) => outcome === 'succeeded'))
    .filter(({ startedAt }) => Date.parse(startedAt) > at + GRACE_MS)
    .map(({ number, startedAt }) => `${id} #${number} at ${startedAt}`);
}

const same = (a: Record<string, number>, b: Record<string, number>): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

export const isProven = ({ asked, ordersIn, bad }: Report): boolean =>
  ordersIn === asked && Object.values(bad).every((count) => count === 0);

function wordFor(fault: NonNullable<World['calls'][number]['fault']>): string {
  const done = 'done' in fault && fault.done ? ' after the work' : '';
  return `${fault.kind}${fault.kind === 'answer' ? ` ${fault.status}` : ''}${done}`;
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
