import type { Write } from '#lib/aws/table';
import { openRemote } from '#lib/connections/remote';
import { type Configuration, getConfiguration } from '#lib/connections/store';
import { BlockedError, BudgetSpentError, RejectedError, UnknownOutcomeError } from '#lib/errors';
import { log } from '#lib/log';
import type { Connector, PushContext } from '#lib/marketplaces/contract';
import { getOrder } from '#lib/orders/store';
import { retryPolicy } from '#lib/settings';
import { carrierCodeOf } from './carrier-code.ts';
import type { Delivery } from './delivery.ts';
import { afterAttempt, afterPush } from './effects.ts';
import { runFetch } from './fetch.ts';
import { getDelivery, leaseDelivery, putAttempt, transition } from './ledger.ts';
import { deadLetter, ring } from './ring.ts';
import { routeAgain } from './route-again.ts';
import { plusSeconds, type Result, settle } from './settle.ts';

/** A pusher hardly waits for its turn: a Lambda that sleeps is paid for. */
const MAX_WAIT_MS = 2_000;
/** Deliveries turned away together must not come back together. */
const SPREAD_SECONDS = 20;

/** What an attempt did, and the writes that must stand or fall with it. */
export interface Done {
  also: Write[];
  /** Deliveries opened by it, to be rung once it stands. */
  opened?: Delivery[];
}

/** Looks at one delivery and does what its state calls for. The queue may ring any number of times. */
export async function workDelivery(id: string, connector: Connector): Promise<void> {
  const delivery = await getDelivery(id);
  if (!delivery) return log.warn('rung for a delivery that does not exist', { delivery: id });
  // A connector acts only for its own marketplace's connections, whatever a message says.
  if (delivery.marketplace !== connector.info.name) return log.error('rung at the wrong pusher', { delivery: id });
  if (delivery.state === 'dead' && !delivery.deadLettered) return bury(delivery);
  const now = new Date();
  if (delivery.state === 'leased' && isOver(delivery, now)) return recordLostWorker(delivery, now);
  if (delivery.state !== 'pending' || !delivery.nextAttemptAt || Date.parse(delivery.nextAttemptAt) > now.getTime())
    return;
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
  const progress = { unknown: leased.unknown };
  try {
    const done = await run(leased, connector, progress);
    await record(leased, { ok: true }, startedAt, done);
  } catch (error) {
    if (error instanceof BudgetSpentError) return postpone(leased, error.waitMs, progress.unknown);
    await record(
      leased,
      { ok: false, error, unknown: progress.unknown || error instanceof UnknownOutcomeError },
      startedAt,
      { also: [] },
    );
  }
}

async function run(delivery: Delivery, connector: Connector, progress: { unknown: boolean }): Promise<Done> {
  const configuration = await getConfiguration();
  const connection = configuration.connections.get(delivery.connection);
  if (!connection)
    throw new BlockedError(
      { code: 'connection_missing', description: `${delivery.connection} is not in the connections file` },
      'connection',
    );
  if (delivery.action === 'route') return routeAgain(delivery, configuration);
  const remote = await openRemote(connection, MAX_WAIT_MS);
  if (delivery.kind === 'fetch') return runFetch(delivery, connector, remote);
  const action = connector.push[delivery.action];
  if (!action)
    throw new RejectedError({
      code: 'unknown_action',
      description: `${connector.info.title} has no ${delivery.action}`,
    });
  const context = { ...remote, ...(await readSubject(delivery, configuration)) };
  try {
    const found = delivery.unknown ? await action.probe(context) : null;
    progress.unknown = false;
    const result = found ?? (await action.push(context));
    return { also: afterPush(delivery, context, result, found !== null) };
  } catch (error) {
    // Half of a push may stand at the remote when the budget ended between its calls.
    if (error instanceof BudgetSpentError && remote.http.sent() > 0) progress.unknown = true;
    throw error;
  }
}

async function readSubject(
  delivery: Delivery,
  { connections }: Configuration,
): Promise<Omit<PushContext, keyof Awaited<ReturnType<typeof openRemote>>>> {
  const order = delivery.order ? await getOrder(delivery.order) : undefined;
  const source = order && connections.get(order.connection);
  if (!order || !source)
    throw new RejectedError({ code: 'order_missing', description: `order ${delivery.order} is not known` });
  if (order.cancelled && delivery.action === 'order')
    throw new RejectedError({ code: 'order_cancelled', description: 'the order was cancelled before it was placed' });
  const parcel = order.fulfillments.find(({ id }) => id === delivery.subject.fulfillment);
  const fulfillment = parcel ? { ...parcel, carrierCode: await carrierCodeOf(parcel, connections) } : null;
  return { order, source, lineItems: delivery.subject.lineItems ?? [], fulfillment };
}

/** The attempt and the delivery's next state, with all that follows from it; then the bells. */
async function record(leased: Delivery, result: Result, startedAt: string, { also, opened = [] }: Done): Promise<void> {
  const endedAt = new Date().toISOString();
  const { delivery, attempt } = settle(leased, result, { startedAt, endedAt }, retryPolicy());
  const stands = await transition(leased, delivery, [
    putAttempt(leased.id, attempt),
    ...afterAttempt(delivery, attempt),
    ...also,
  ]);
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
  if (delivery.state === 'dead') await bury(delivery);
  await ring([delivery, ...opened]);
}

/** No call was made, so this is no attempt: the delivery comes back when the connection's budget has room. */
async function postpone(leased: Delivery, waitMs: number, unknown: boolean): Promise<void> {
  const now = new Date().toISOString();
  const wait = waitMs / 1000 + Math.random() * SPREAD_SECONDS;
  const pending: Delivery = {
    ...leased,
    state: 'pending',
    lease: null,
    unknown,
    updatedAt: now,
    nextAttemptAt: plusSeconds(now, wait),
  };
  if (await transition(leased, pending)) await ring([pending]);
}

/** Its message goes to the dead-letter queue before the ring is acknowledged, so a crash between repeats it. */
async function bury(delivery: Delivery): Promise<void> {
  await deadLetter(delivery);
  await transition(delivery, { ...delivery, deadLettered: true });
}
