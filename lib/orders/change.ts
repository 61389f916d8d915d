import { randomUUID } from 'node:crypto';
import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { sameContent } from '#lib/platform/canonical-json';
import { RejectedError } from '#lib/platform/errors';
import { db, isTooLarge, transact, type Write } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { withExpectations } from './derive.ts';
import { factsOf } from './facts.ts';
import type { Order } from './order.ts';
import { planDeliveries } from './plan.ts';
import type { Network } from './planning.ts';
import { isReleased, paymentOf, wasReleased } from './release.ts';
import { getOrder, putOrder, putTimeline } from './store.ts';
import type { TimelineEntry, Told } from './timeline.ts';

/** What a pure function decided about an order. */
export interface Decided {
  /** The very object that was read (or null) is not written again, unless deliveries are opened for it. */
  order: Order | null;
  /** What the timeline tells of the change. */
  timeline?: readonly Told[];
  /** Deliveries besides those that the order's new state calls for. */
  deliveries?: readonly NewDelivery[];
  /** Written in the same transaction. */
  also?: readonly Write[];
}

interface ChangeOptions {
  /** Who changes it, for the timeline: a channel of receipt, a connection, or a person's API key. */
  by: string;
  /** The id of what caused the change; it names timeline items that stand beside the order. By default a new id. */
  origin?: string;
  /** The instant of the timeline's lines, where it is not the time of writing. */
  at?: string;
  network: Network;
}

type Caused = ChangeOptions & { origin: string };

export interface Changed<D> {
  /** The decision that was committed, with whatever else it tells the caller. */
  decision: D;
  before: Order | null;
  order: Order | null;
  opened: readonly Delivery[];
}

type Decide<D> = (order: Order | null) => D | undefined | Promise<D | undefined>;

/** What a change reads and writes with; tests pass another. */
const HUB = { table: db, ring, now: () => new Date() };
type Hub = typeof HUB;

/**
 * The one way to change an order: reads it, lets `decide` say what it shall be, plans the deliveries that the new state
 * calls for, writes all of it in one transaction, and rings. On a lost race it reads and decides again, as it does when
 * `decide` cannot answer yet (undefined). Null from `decide`: nothing is written.
 * To hear of every change, read the table's stream: each one writes the order or lines of its timeline.
 * Throws RejectedError `order_too_large` for an order that the table cannot hold.
 */
export async function changeOrder<D extends Decided | null>(
  id: string,
  decide: Decide<D>,
  options: ChangeOptions,
  hub: Partial<Hub> = {},
): Promise<Changed<D>> {
  const { ring, ...means } = { ...HUB, ...hub };
  const caused = { origin: randomUUID(), ...options };
  const changed = await untilCommitted(`order ${id}`, () => changeOnce(id, decide, caused, means));
  const opened = [...changed.opened];
  let { order } = changed;
  // A plan too long for one transaction continues from the order, so that after a crash the next change ends it.
  while (order?.planUnfinished) {
    const rest = { ...options, origin: randomUUID() };
    const next = await untilCommitted(`order ${id}`, () => changeOnce(id, openRest, rest, means));
    opened.push(...next.opened);
    order = next.order;
  }
  await ring(opened);
  return { ...changed, order, opened };
}

/** A copy counts as a changed order, so its plan is made. */
const openRest = (order: Order | null): Decided | null => (order?.planUnfinished ? { order: { ...order } } : null);

async function changeOnce<D extends Decided | null>(
  id: string,
  decide: Decide<D>,
  options: Caused,
  { table, now }: Omit<Hub, 'ring'>,
): Promise<Changed<D> | undefined> {
  const before = (await getOrder(id, table)) ?? null;
  const decision = await decide(before);
  if (decision === undefined) return undefined;
  if (decision === null) return { decision, before, order: before, opened: [] };
  const { order, opened, writes } = toWrites(before, decision, options, now().toISOString());
  if (writes.length > 0 && !(await transact(writes, table).catch(refuseTooLarge))) return undefined;
  return { decision, before, order, opened };
}

function refuseTooLarge(error: unknown): never {
  if (!isTooLarge(error)) throw error;
  throw new RejectedError(
    { code: 'order_too_large', description: 'the order would be larger than the 400 KB that the ledger can hold' },
    { cause: error },
  );
}

/** DynamoDB takes a hundred writes in a transaction: the order and its timeline need some. */
const MAX_DELIVERIES = 90;
/** Lines kept in the order itself, which is written anyway: few orders ever have more. */
const MAX_INSIDE = 20;

function toWrites(before: Order | null, decision: Decided, { by, origin, network, ...when }: Caused, now: string) {
  const { order, timeline = [], also = [], deliveries = [] } = decision;
  const at = when.at ?? now;
  const entryOf = (told: Told): TimelineEntry => ({ ...told, at, by });
  const room = Math.max(0, MAX_DELIVERIES - also.length);
  const left = Math.max(0, room - deliveries.length);
  const plan = order && order !== before ? planDeliveries(order, network, before, left) : { deliveries: [], order };
  const asked = [...deliveries, ...plan.deliveries];
  if (!order) return { order, opened: [], writes: also };
  if (order === before && asked.length === 0)
    return { order, opened: [], writes: [...putTimeline(order.id, timeline.map(entryOf), origin), ...also] };
  const opened = asked.slice(0, room).map((delivery) => openDelivery(delivery, now));
  const release = releaseOf(before, order, network, at);
  const told = [...timeline, ...release.told].map(entryOf);
  const lines = [...(order.timeline ?? []), ...told, ...opened.flatMap(tellBlocked)];
  const { planUnfinished: _, ...rest } = plan.order ?? order;
  const is = withExpectations({
    ...rest,
    releasedAt: release.at,
    ...(asked.length >= room && { planUnfinished: true }),
    deliveries: [...order.deliveries, ...opened.map(({ id }) => id)],
    timeline: lines.slice(0, MAX_INSIDE),
  });
  // A channel that dates nothing says the same at every poll: only the time it last did so is kept, and nobody is told.
  const isSame = before !== null && lines.length <= MAX_INSIDE && showTheSame(is, before);
  const writes = (before?.writes ?? 0) + 1;
  const next: Order = isSame
    ? { ...is, writes, revision: before.revision, updatedAt: before.updatedAt }
    : { ...is, writes, revision: (before?.revision ?? 0) + 1, updatedAt: now };
  const beside = putTimeline(order.id, lines.slice(MAX_INSIDE), origin);
  return { order: next, opened, writes: [putOrder(next, before), ...beside, ...opened.map(putNewDelivery), ...also] };
}

/** Whether two orders are equal but for the versions of their snapshots and the counts of their writes. */
function showTheSame(order: Order, other: Order): boolean {
  const [is, was] = [order, other].map(
    ({ history: _h, parts: _p, sourceVersion: _v, updatedAt: _u, revision: _r, writes: _w, ...rest }) => rest,
  );
  return sameContent(is, was) && sameContent({ ...factsOf(order), revision: 0 }, { ...factsOf(other), revision: 0 });
}

/** When the order was first allowed to ship, and what the timeline tells of it where no `order.paid` implies it. */
function releaseOf(
  before: Order | null,
  order: Order,
  network: Network,
  now: string,
): { at: string | null; told: Told[] } {
  if (order.releasedAt || !isReleased(order, network)) return { at: order.releasedAt ?? null, told: [] };
  // A payment that was known before and released nothing is not what releases it now.
  const paidAt = before?.paidAt && !wasReleased(before) ? null : order.paidAt;
  if (paidAt) return { at: paidAt, told: [] };
  return { at: now, told: [{ type: 'order.released', detail: { payment: paymentOf(order).state } }] };
}

const tellBlocked = ({ id, state, cause, createdAt }: Delivery): TimelineEntry[] =>
  state === 'blocked' && cause
    ? [{ at: createdAt, type: 'delivery.blocked', by: 'hub', detail: { delivery: id, ...cause } }]
    : [];

/**
 * The writes that add lines to an order's timeline and leave the order as it is, for the transaction of whatever they
 * tell of.
 */
export const tellOrder = (
  id: string,
  timeline: readonly Told[],
  { by, at, origin }: Pick<Caused, 'by' | 'origin'> & { at: string },
): Write[] =>
  putTimeline(
    id,
    timeline.map((each): TimelineEntry => ({ ...each, at, by })),
    origin,
  );
