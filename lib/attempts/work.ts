import type { DeliveryDue } from '#events/delivery-due';
import { retryPolicyOf } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { leaseDelivery, leaseDue, withLease } from '#lib/deliveries/ledger';
import type { Connector } from '#lib/marketplaces/contract';
import type { Network } from '#lib/marketplaces/network';
import { AWAY, NotYetError, UnknownOutcomeError } from '#lib/platform/errors';
import { awaySince } from '#lib/platform/rate-limit/breaker';
import type { RetryPolicy } from '#lib/platform/settings';
import { log } from '#lib/platform/telemetry/log';
import { continueTrace, runInTrace } from '#lib/platform/telemetry/trace';
import { type Ingest, HUB as JOBS_HUB, type Result } from './attempt.ts';
import { attempt } from './jobs.ts';
import { bury, HUB as LEDGER_HUB, postpone, record } from './record.ts';

/** What a worker reads and writes with; tests pass another. */
export const HUB = {
  ...JOBS_HUB,
  ...LEDGER_HUB,
  leaseDue,
  leaseDelivery,
  retryPolicyOf,
  awaySince,
};

type LedgerHub = Omit<typeof HUB, keyof typeof JOBS_HUB> &
  Pick<typeof HUB, 'transition' | 'getNetwork' | 'getDeliveries' | 'getOrder'>;

/** Works the deliveries of one marketplace, or those to endpoints. */
export interface Worker {
  marketplace: string;
  attempt(delivery: Delivery, network: Network): Promise<Result>;
  hub?: LedgerHub;
}

/** A worker that does the jobs of a marketplace's deliveries. */
interface Pusher {
  connector: Connector;
  ingest: Ingest;
  hub?: typeof HUB;
}

const workerOf = ({ connector, ingest, hub = HUB }: Pusher): Worker => ({
  marketplace: connector.info.name,
  attempt: (delivery, network) => attempt({ delivery, network, connector, ingest, hub }),
  hub,
});

/** Looks at each delivery that a message rings for; throws if one of them could not be looked at. */
export async function workDeliveries({ deliveryId, others = [] }: DeliveryDue, worker: Worker | Pusher): Promise<void> {
  const looks = await Promise.allSettled([deliveryId, ...others].map((id) => workDelivery(id, worker)));
  for (const look of looks) if (look.status === 'rejected') throw look.reason;
}

/**
 * Looks at one delivery and does what its state calls for, in the trace of the event that caused it. Ringing for it any
 * number of times does no harm.
 */
export async function workDelivery(id: string, by: Worker | Pusher): Promise<void> {
  const { marketplace, attempt, hub = HUB } = 'connector' in by ? workerOf(by) : by;
  const network = await hub.getNetwork();
  // Read last, as an attempt begins with its lease: an earlier time could fall within the previous attempt.
  const now = hub.now();
  const { leased, found } = await hub.leaseDue(id, marketplace, now);
  const delivery = leased ?? found;
  if (!delivery) return log.warn('rung for a delivery that does not exist', { delivery: id });
  const policy = hub.retryPolicyOf(network.connections.get(delivery.connection));
  const context = { marketplace, hub, policy, attempt: (leased: Delivery) => attempt(leased, network) };
  await runInTrace(continueTrace(delivery.trace), () =>
    leased ? attemptAndRecord(leased, context) : workOther(delivery, context, now),
  );
}

interface Context {
  marketplace: string;
  attempt(leased: Delivery): Promise<Result>;
  hub: LedgerHub;
  policy: RetryPolicy;
}

/** Handles a delivery that is not simply due: dead, leased, not due yet, waiting for others, or written since `now`. */
async function workOther(delivery: Delivery, context: Context, now: Date): Promise<void> {
  const { hub } = context;
  // A connector acts only for its own marketplace's connections, whatever a message says.
  if (delivery.marketplace !== context.marketplace)
    return log.error('rung at the wrong pusher', { delivery: delivery.id });
  if (delivery.state === 'dead' && !delivery.deadLettered) return bury(delivery, hub);
  if (delivery.state === 'leased' && isOver(delivery, now)) return recordLostWorker(delivery, context, now);
  if (delivery.state !== 'pending' || !delivery.nextAttemptAt) return;
  // The clocks of two workers differ.
  if (Date.parse(delivery.nextAttemptAt) > now.getTime()) return hub.ring([delivery], now);
  // Its prerequisites ring for it when they succeed, and meanwhile the sweeper does.
  const prerequisites = await hub.getDeliveries(delivery.subject.after ?? []);
  if (!prerequisites.every(({ state }) => state === 'succeeded')) return;
  const leased = await hub.leaseDelivery(delivery, hub.now());
  if (leased) await attemptAndRecord(leased, context);
}

const isOver = ({ lease }: Delivery, now: Date): boolean => !lease || Date.parse(lease.until) <= now.getTime();

/**
 * Makes the first attempt at a delivery that is not on record. A success is visible in what it did; otherwise `keep`
 * records the delivery with the outcome.
 */
export async function attemptUnkept(
  delivery: Delivery,
  keep: (delivery: Delivery) => Promise<boolean>,
  by: Pusher,
): Promise<void> {
  const { hub = HUB } = by;
  // `ingestFetch` calls this only after `coverFetch` has found no other fetch that reads it.
  const { marketplace, attempt } = workerOf({ ...by, hub: { ...hub, findReading: async () => null } });
  // A connector acts only for its own marketplace's connections, whatever a message says.
  if (delivery.marketplace !== marketplace) throw new Error(`at the pusher of ${marketplace}`);
  const network = await hub.getNetwork();
  const leased = withLease(delivery, hub.now());
  const result = await attempt(leased, network);
  if (result.ok) return;
  const transition: typeof hub.transition = async (was, now, ...also) =>
    was === leased ? keep(now) : hub.transition(was, now, ...also);
  await attemptAndRecord(leased, {
    ...{ marketplace, hub: { ...hub, transition } },
    policy: hub.retryPolicyOf(network.connections.get(delivery.connection)),
    attempt: async () => result,
  });
}

/**
 * For a delivery whose worker died with the lease: nobody knows what the remote did, and the attempt counts. Of one whose
 * remote is away it does not: its worker only asked whether the remote is back, or held the delivery back.
 */
async function recordLostWorker(delivery: Delivery, context: Context, now: Date): Promise<void> {
  const error = new UnknownOutcomeError({
    code: 'worker_lost',
    description: 'the worker stopped before it could record an outcome',
  });
  const isFree = (await context.hub.awaySince(delivery.connection, context.policy)) !== null;
  const startedAt = delivery.lease?.startedAt ?? now.toISOString();
  await record(delivery, { ok: false, error, unknown: true, isFree }, startedAt, context);
}

async function attemptAndRecord(leased: Delivery, context: Context): Promise<void> {
  const startedAt = leased.lease?.startedAt ?? leased.updatedAt;
  const result = await context.attempt(leased);
  if (!result.ok && result.error instanceof NotYetError) {
    const { waitMs, detail } = result.error;
    return postpone(
      leased,
      { waitMs, unknown: result.unknown, ...(detail.code === AWAY && { away: detail }) },
      context.hub,
    );
  }
  try {
    await record(leased, result, startedAt, context);
  } catch (error) {
    if (!result.ok) throw error;
    // A success that could not be recorded is unknown to everyone, so it is read back.
    await record(leased, { ok: false, error, unknown: true }, startedAt, context);
  }
}
