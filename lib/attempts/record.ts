import type { Attempt, Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, putNewDelivery, transition, withAttempt } from '#lib/deliveries/ledger';
import { deadLetter, ring } from '#lib/deliveries/ring';
import { plusSeconds, settle } from '#lib/deliveries/settle';
import { silentAttempt, silentCause } from '#lib/orders/erasure';
import { findNamed } from '#lib/orders/find';
import { getOrder } from '#lib/orders/store';
import { AWAY } from '#lib/platform/errors';
import type { RetryPolicy } from '#lib/platform/settings';
import { log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Effects, Result } from './attempt.ts';
import { findDependents } from './pushed-order.ts';

/** What an outcome is recorded with; tests pass another. */
export const HUB = { transition, ring, deadLetter, getOrder, findNamed, getDeliveries, now: () => new Date() };
type Hub = typeof HUB;

/** Writes the attempt and the delivery's next state, with everything that follows from it; then rings. */
export async function record(
  leased: Delivery,
  result: Result,
  startedAt: string,
  { hub, policy }: { hub: Hub; policy: RetryPolicy },
): Promise<void> {
  const endedAt = hub.now().toISOString();
  const settled = await quiet(settle(leased, result, { startedAt, endedAt }, policy), hub);
  const { told, placed, opened = [], ...effects }: Effects = result.ok ? result : {};
  const also = [...(effects.also ?? []), ...opened.map(putNewDelivery)];
  const lines = [...tellTrouble(settled.delivery), ...(told ? [told] : [])];
  const attempt = { ...settled.attempt, ...(lines.length > 0 && { told: lines }) };
  const { delivery, also: more } = withAttempt({ ...settled.delivery, ...(placed && { placed }) }, attempt);
  if (!(await hub.transition(leased, delivery, [...more, ...also]))) {
    log.warn('the outcome could not be recorded', { delivery: leased.id, ok: result.ok });
    // The effects met somebody else's write: the remote is probed before it is told again.
    return also.length > 0 ? postpone(leased, { waitMs: 0, unknown: true }, hub) : undefined;
  }
  const { id, connection, action, state } = delivery;
  const { number, outcome, code } = attempt;
  log.info('attempt', { delivery: id, connection, action, number, outcome, state, code });
  measure(delivery, attempt, result);
  if (state === 'dead' && !delivery.deadLettered) await bury(delivery, hub);
  await hub.ring([delivery, ...opened, ...(await findDependents(delivery, hub))]);
}

/** Drops what a remote says about an order whose buyer was erased, even if the order was only to be read. */
export async function quiet(
  settled: ReturnType<typeof settle>,
  { getOrder, findNamed }: Pick<Hub, 'getOrder'> & Partial<Pick<Hub, 'findNamed'>>,
): Promise<ReturnType<typeof settle>> {
  const { delivery, attempt } = settled;
  if (attempt.description === undefined) return settled;
  const { order, connection, subject } = delivery;
  const read = order === null && subject.resource !== undefined ? findNamed?.(connection, subject.resource) : undefined;
  if (!(await (order === null ? read : getOrder(order)))?.erased) return settled;
  return {
    delivery: { ...delivery, cause: silentCause(delivery.cause) ?? null },
    attempt: silentAttempt(attempt),
  };
}

/** Tells the order's timeline of a delivery that needs a person. */
function tellTrouble({ state, cause, attemptCount, deadLettered }: Delivery): NonNullable<Attempt['told']> {
  if (deadLettered) return [{ type: 'order.stopped', detail: {} }];
  if (state !== 'dead' && state !== 'blocked') return [];
  return [{ type: `delivery.${state}`, detail: { attempt: attemptCount, ...cause } }];
}

function measure(
  { marketplace, action, state, kind, createdAt, deadLettered }: Delivery,
  { outcome, endedAt }: Attempt,
  result: Result,
): void {
  const Marketplace = marketplace;
  emitMetric('Attempts', { Marketplace, Action: action, Outcome: outcome });
  if (!result.ok && result.isFree) emitMetric('Away', { Marketplace });
  if (!deadLettered && (state === 'dead' || state === 'blocked'))
    emitMetric('DeliveriesStopped', { Marketplace, State: state });
  if (kind === 'push' && outcome === 'succeeded')
    emitMetric('DeliveryLatency', { Marketplace }, Math.max(0, Date.parse(endedAt) - Date.parse(createdAt)));
}

/** Puts off a delivery whose turn it is not, without an attempt. `away`: the cause it shows until its turn comes. */
export async function postpone(
  leased: Delivery,
  { waitMs, unknown, away = null }: { waitMs: number; unknown: boolean; away?: Delivery['cause'] },
  hub: Hub,
): Promise<void> {
  const now = hub.now().toISOString();
  const pending: Delivery = {
    ...leased,
    state: 'pending',
    cause: leased.cause?.code === AWAY ? away : (away ?? leased.cause),
    lease: null,
    unknown,
    turnedAway: (leased.turnedAway ?? 0) + 1,
    updatedAt: now,
    nextAttemptAt: plusSeconds(now, waitMs / 1000),
  };
  if (await hub.transition(leased, pending)) await hub.ring([pending]);
}

/** Sends the message to the dead-letter queue before the delivery is marked: a crash in between repeats it. */
export async function bury(
  delivery: Delivery,
  { deadLetter, transition }: Pick<Hub, 'deadLetter' | 'transition'>,
): Promise<void> {
  await deadLetter(delivery);
  await transition(delivery, { ...delivery, deadLettered: true });
}
