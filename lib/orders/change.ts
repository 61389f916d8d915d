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
import { type Network, planDeliveries } from './plan.ts';
import { isReleased, paymentOf, wasReleased } from './release.ts';
import { getOrder, putOrder, putTimeline } from './store.ts';
import type { TimelineEntry, Told } from './timeline.ts';

/** What a pure function decided of an order. */
export interface Decided {
  /** The very order that was read (null where there is none) stays unwritten, unless deliveries are opened for it. */
  order: Order | null;
  /** What its timeline tells of the change. */
  timeline?: readonly Told[];
  /** Deliveries besides those that its new state calls for. */
  deliveries?: readonly NewDelivery[];
  /** Written in the same transaction. */
  also?: readonly Write[];
}

export interface ChangeOptions {
  /** Who changes it, for the timeline: a channel of receipt, a connection, a person's API key. */
  by: string;
  /** The id of what causes the change, which names lines of the timeline that stand beside the order; by default a new one. */
  origin?: string;
  /** The instant of the timeline's lines, where it is not that of the writing. */
  at?: string;
  network: Network;
}

type Caused = ChangeOptions & { origin: string };

/** What has come of it. */
export interface Changed<D> {
  /** The decision that stands, with whatever else it says to the caller. */
  decision: D;
  before: Order | null;
  order: Order | null;
  opened: readonly Delivery[];
}

type Decide<D> = (order: Order | null) => D | undefined | Promise<D | undefined>;

/** What a change is made with; another one in tests. */
const HUB = { table: db, ring, now: () => new Date() };
type Hub = typeof HUB;

/**
 * The one way to change an order: reads it, lets `decide` say what it shall be, plans the deliveries that this state
 * calls for, writes all of it in one transaction and rings. A lost race is read and decided again, and so is what
 * `decide` cannot answer yet (undefined). Null: nothing is to be written.
 * Whoever wants to know of every change reads the table's stream: an order, or lines of its timeline, were written.
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
  // A plan too long for one transaction goes on from the order, so that whoever comes back after a crash ends it.
  while (order?.planUnfinished) {
    const rest = { ...options, origin: randomUUID() };
    const next = await untilCommitted(`order ${id}`, () => changeOnce(id, openRest, rest, means));
    opened.push(...next.opened);
    order = next.order;
  }
  await ring(opened);
  return { ...changed, order, opened };
}

/** A copy is another order, whose plan is made. */
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
/** Lines that stand in the order itself, which is written anyway: few orders ever have more. */
const MAX_INSIDE = 20;

function toWrites(before: Order | null, decision: Decided, { by, origin, network, at }: Caused, now: string) {
  const { order, timeline = [], also = [], deliveries = [] } = decision;
  const told = timeline.map((each): TimelineEntry => ({ ...each, at: at ?? now, by }));
  const room = Math.max(0, MAX_DELIVERIES - also.length);
  const left = Math.max(0, room - deliveries.length);
  const plan = order && order !== before ? planDeliveries(order, network, before, left) : { deliveries: [], order };
  const asked = [...deliveries, ...plan.deliveries];
  if (!order) return { order, opened: [], writes: also };
  if (order === before && asked.length === 0)
    return { order, opened: [], writes: [...putTimeline(order.id, told, origin), ...also] };
  const opened = asked.slice(0, room).map((delivery) => openDelivery(delivery, now));
  // `order.paid` tells of the release by itself, unless the payment was known before and released nothing.
  const paidAt = before?.paidAt && !wasReleased(before) ? null : order.paidAt;
  const releasedAt = order.releasedAt ?? (isReleased(order, network) ? (paidAt ?? at ?? now) : null);
  const released = paidAt ? [] : tellReleased(order, releasedAt, { at: at ?? now, by });
  const lines = [...(order.timeline ?? []), ...told, ...released, ...opened.flatMap(tellBlocked)];
  const { planUnfinished: _, ...rest } = plan.order ?? order;
  const is = withExpectations({
    ...rest,
    releasedAt,
    ...(asked.length >= room && { planUnfinished: true }),
    deliveries: [...order.deliveries, ...opened.map(({ id }) => id)],
    timeline: lines.slice(0, MAX_INSIDE),
  });
  // A channel that dates nothing says the same at every poll: only when it last did is kept, and nobody is told.
  const isSame = before !== null && lines.length <= MAX_INSIDE && showTheSame(is, before);
  const writes = (before?.writes ?? 0) + 1;
  const next: Order = isSame
    ? { ...is, writes, revision: before.revision, updatedAt: before.updatedAt }
    : { ...is, writes, revision: (before?.revision ?? 0) + 1, updatedAt: now };
  const beside = putTimeline(order.id, lines.slice(MAX_INSIDE), origin);
  return { order: next, opened, writes: [putOrder(next, before), ...beside, ...opened.map(putNewDelivery), ...also] };
}

/** Whether two are the same in all but the versions of what their channel said, and what counts their writes. */
function showTheSame(order: Order, other: Order): boolean {
  const [is, was] = [order, other].map(
    ({ history: _h, parts: _p, sourceVersion: _v, updatedAt: _u, revision: _r, writes: _w, ...rest }) => rest,
  );
  return sameContent(is, was) && sameContent({ ...factsOf(order), revision: 0 }, { ...factsOf(other), revision: 0 });
}

const tellReleased = (
  order: Order,
  releasedAt: string | null,
  { at, by }: { at: string; by: string },
): TimelineEntry[] =>
  releasedAt && !order.releasedAt
    ? [{ at, type: 'order.released', by, detail: { payment: paymentOf(order).state } }]
    : [];

const tellBlocked = ({ id, state, cause, createdAt }: Delivery): TimelineEntry[] =>
  state === 'blocked' && cause
    ? [{ at: createdAt, type: 'delivery.blocked', by: 'hub', detail: { delivery: id, ...cause } }]
    : [];

/**
 * The writes that tell an order's timeline of something that leaves the order itself as it is, for the transaction of
 * what it tells of.
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
