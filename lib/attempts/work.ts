import type { DeliveryDue } from '#events/delivery-due';
import type { Attempt, Delivery } from '#lib/deliveries/delivery';
import { getDeliveries, leaseDelivery, leaseDue, transition, withAttempt } from '#lib/deliveries/ledger';
import { deadLetter, ring } from '#lib/deliveries/ring';
import { plusSeconds, type Result, settle } from '#lib/deliveries/settle';
import { tellTrouble } from '#lib/deliveries/told';
import type { Connector } from '#lib/marketplaces/contract';
import { NotYetError, UnknownOutcomeError } from '#lib/platform/errors';
import { retryPolicy } from '#lib/platform/settings';
import { log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { continueTrace, runInTrace } from '#lib/platform/telemetry/trace';
import { findFollowers } from './followers.ts';
import { type Done, type Progress, runDelivery } from './run.ts';

/** Looks at each delivery that a message rings for; throws when one of them could not be looked at. */
export async function workDeliveries({ deliveryId, others = [] }: DeliveryDue, connector: Connector): Promise<void> {
  const looks = await Promise.allSettled([deliveryId, ...others].map((id) => workDelivery(id, connector)));
  for (const look of looks) if (look.status === 'rejected') throw look.reason;
}

/**
 * Looks at one delivery and does what its state calls for, in the trace of the event that caused it. The queue may ring
 * any number of times.
 */
export async function workDelivery(id: string, connector: Connector): Promise<void> {
  const now = new Date();
  const { leased, found } = await leaseDue(id, connector.info.name, now);
  const delivery = leased ?? found;
  if (!delivery) return log.warn('rung for a delivery that does not exist', { delivery: id });
  await runInTrace(continueTrace(delivery.trace), () =>
    leased ? attempt(leased, connector) : workOther(delivery, connector, now),
  );
}

/** What is not simply due: its state says what is to be done, if anything. */
async function workOther(delivery: Delivery, connector: Connector, now: Date): Promise<void> {
  // A connector acts only for its own marketplace's connections, whatever a message says.
  if (delivery.marketplace !== connector.info.name)
    return log.error('rung at the wrong pusher', { delivery: delivery.id });
  if (delivery.state === 'dead' && !delivery.deadLettered) return bury(delivery);
  if (delivery.state === 'leased' && isOver(delivery, now)) return recordLostWorker(delivery, now);
  if (delivery.state !== 'pending' || !delivery.nextAttemptAt) return;
  // The clocks of two workers differ.
  if (Date.parse(delivery.nextAttemptAt) > now.getTime()) return ring([delivery], now);
  // Rung again by what it waits for; the sweeper rings meanwhile.
  if (!(await areDone(delivery.subject.after))) return;
  const leased = await leaseDelivery(delivery, now);
  if (leased) await attempt(leased, connector);
}

const isOver = ({ lease }: Delivery, now: Date): boolean => !lease || Date.parse(lease.until) <= now.getTime();

/** Its worker died with the lease: nobody knows what the remote did, and the attempt counts. */
async function recordLostWorker(delivery: Delivery, now: Date): Promise<void> {
  const error = new UnknownOutcomeError({
    code: 'worker_lost',
    description: 'the worker stopped before it could record an outcome',
  });
  const startedAt = delivery.lease?.startedAt ?? now.toISOString();
  await record(delivery, { ok: false, error, unknown: true }, startedAt, { also: [] });
}

async function attempt(leased: Delivery, connector: Connector): Promise<void> {
  const startedAt = leased.lease?.startedAt ?? leased.updatedAt;
  const progress: Progress = { unknown: leased.unknown, sent: () => 0 };
  try {
    const done = await runDelivery(leased, connector, progress);
    const { httpStatus, description } = done;
    await record(leased, { ok: true, httpStatus, description }, startedAt, done);
  } catch (error) {
    if (error instanceof NotYetError) return postpone(leased, error.waitMs, progress.unknown);
    const unknown = progress.unknown || error instanceof UnknownOutcomeError;
    // Also a success that could not be recorded: nobody knows of it, so it is read back.
    await record(leased, { ok: false, error, unknown }, startedAt, { also: [] });
  }
}

/** The attempt and the delivery's next state, with all that follows from it; then the bells. */
async function record(
  leased: Delivery,
  result: Result,
  startedAt: string,
  { also, told, placed, opened = [] }: Done,
): Promise<void> {
  const endedAt = new Date().toISOString();
  const settled = settle(leased, result, { startedAt, endedAt }, retryPolicy());
  const all = [...tellTrouble(settled.delivery), ...(told ? [told] : [])];
  const attempt = { ...settled.attempt, ...(all.length > 0 && { told: all }) };
  const { delivery, also: more } = withAttempt({ ...settled.delivery, ...(placed && { placed }) }, attempt);
  const stands = await transition(leased, delivery, [...more, ...also]);
  if (!stands) {
    log.warn('the outcome could not be recorded', { delivery: leased.id, ok: result.ok });
    // What follows from a success met somebody else's write: the remote is asked before it is told again.
    return also.length > 0 ? postpone(leased, 0, true) : undefined;
  }
  log.info('attempt', {
    delivery: delivery.id,
    connection: delivery.connection,
    action: delivery.action,
    number: attempt.number,
    outcome: attempt.outcome,
    state: delivery.state,
    code: attempt.code,
  });
  measure(delivery, attempt);
  if (delivery.state === 'dead') await bury(delivery);
  await ring([delivery, ...opened, ...(await findFollowers(delivery))]);
}

const areDone = async (ids: readonly string[] = []): Promise<boolean> =>
  (await getDeliveries(ids)).every(({ state }) => state === 'succeeded');

function measure({ marketplace, action, state, kind, createdAt }: Delivery, { outcome, endedAt }: Attempt): void {
  const Marketplace = marketplace;
  emitMetric('Attempts', { Marketplace, Action: action, Outcome: outcome });
  if (state === 'dead' || state === 'blocked') emitMetric('DeliveriesStopped', { Marketplace, State: state });
  if (kind === 'push' && outcome === 'succeeded')
    emitMetric('DeliveryLatency', { Marketplace }, Math.max(0, Date.parse(endedAt) - Date.parse(createdAt)));
}

/** It was not its turn, so this is no attempt: the delivery comes back later. */
async function postpone(leased: Delivery, waitMs: number, unknown: boolean): Promise<void> {
  const now = new Date().toISOString();
  const pending: Delivery = {
    ...leased,
    state: 'pending',
    lease: null,
    unknown,
    turnedAway: (leased.turnedAway ?? 0) + 1,
    updatedAt: now,
    nextAttemptAt: plusSeconds(now, waitMs / 1000),
  };
  if (await transition(leased, pending)) await ring([pending]);
}

/** Its message goes to the dead-letter queue before the ring is acknowledged, so a crash between repeats it. */
async function bury(delivery: Delivery): Promise<void> {
  await deadLetter(delivery);
  await transition(delivery, { ...delivery, deadLettered: true });
}
