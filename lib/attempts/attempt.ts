import type { InboundReceived } from '#events/inbound-received';
import { planSold, reserveSold } from '#lib/catalog/reserve-sold';
import { countStock } from '#lib/catalog/stock';
import { noteProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { bringForward } from '#lib/deliveries/bring-forward';
import type { Delivery, Placed } from '#lib/deliveries/delivery';
import { findReading } from '#lib/deliveries/fetch-cover';
import { getAttempts, getDeliveries, getDelivery, transition } from '#lib/deliveries/ledger';
import type { Failure } from '#lib/deliveries/settle';
import type { Action, Actions, PushResult } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import type { LoadConnector } from '#lib/marketplaces/load';
import { getNetwork, type Network } from '#lib/marketplaces/network';
import { openRemote, type Remote, renewRemote } from '#lib/marketplaces/remote';
import { changeOrder } from '#lib/orders/change';
import { isKnown } from '#lib/orders/find';
import { findByRemoteId, getOrder, rememberRemote } from '#lib/orders/store';
import type { ToldOfPush } from '#lib/orders/timeline';
import {
  AWAY,
  ContractError,
  NotYetError,
  RejectedError,
  RetryableError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import type { BudgetOptions } from '#lib/platform/rate-limit/budget';
import { isBeforeRestore } from '#lib/platform/settings';
import type { Write } from '#lib/platform/table/table';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { probeThenPush } from './probe-then-push.ts';

/** What jobs read and write with; tests pass another. */
export const HUB = {
  getNetwork,
  changeOrder,
  getOrder,
  getDelivery,
  getDeliveries,
  getAttempts,
  transition,
  rememberRemote,
  findByRemoteId,
  isKnown,
  findReading,
  noteProduct,
  reserveSold,
  planSold,
  countStock,
  openRemote,
  renewRemote,
  isBeforeRestore,
  bringForward,
};
export type Hub = typeof HUB;

/** Ingests what a fetch read. */
export type Ingest = (message: InboundReceived, load: LoadConnector) => Promise<void>;

export interface Work {
  delivery: Delivery;
  connector: Connector;
  connection: Connection;
  network: Network;
  ingest: Ingest;
  hub: Hub;
}

export interface RemoteWork extends Work {
  remote: Remote;
  /** Whether an earlier attempt may have succeeded. */
  unknown: boolean;
}

/** What follows from a job that is done. */
export interface Effects {
  /** Written in the transaction that records the attempt. */
  also?: readonly Write[];
  /** Opened in that transaction. */
  opened?: readonly Delivery[];
  /** What the attempt tells on the timeline of the delivery's order. */
  told?: ToldOfPush;
  /** The order as it stands with its shipper. */
  placed?: Placed;
  /** What the remote said and nothing else keeps. */
  description?: string;
}

/** The timeline entry of a push that succeeded at the remote. */
export const tellPushed = (
  type: ToldOfPush['type'],
  { remoteId, note }: PushResult,
  { probed, trackingNumber }: { probed: boolean; trackingNumber?: string },
): { told: ToldOfPush } => ({
  told: {
    type,
    detail: {
      ...(remoteId !== undefined && { remoteId }),
      ...(trackingNumber !== undefined && { trackingNumber }),
      ...(probed && { probed: true }),
      ...(note !== undefined && { note }),
    },
  },
});

export type Result = Failure | ({ ok: true; httpStatus?: number | undefined } & Effects);

/** What a push needs, read just before it. */
interface Prepared<Input> {
  input: Input;
  /** Whether it may have been done before; by default what the last attempt left. */
  unknown?: boolean;
  /** False where a probe that only infers may be unable to tell; by default whether there is a probe. */
  probeTells?: boolean;
}

/** What a delivery does at a remote. */
export interface Job<About, Input, Done = PushResult> {
  /** Finds the connector's push and probe. */
  action(actions: Actions, name: string): Action<Input, Done> | undefined;
  /** Reads what the push needs; returns `effects` where nothing has to be pushed. Throws the error that forbids it. */
  prepare(about: About, work: RemoteWork): Promise<Prepared<Input> | { effects: Effects }>;
  /** Called after an unknown outcome if the action has no probe; throws. Absent where a second push does no harm. */
  unprobed?(connector: Connector): never;
  /** What follows from a push that succeeded at the remote; `probed`: a probe found it there. */
  after(done: Done, pushed: { input: Input; probed: boolean }, work: RemoteWork): Promise<Effects>;
}

/** Makes an attempt; throws only if nothing was sent to a remote. */
export type Run<About> = (about: About, work: Work) => Promise<Result>;

/** A pusher hardly waits for a time slot: a Lambda that sleeps is paid for. */
const MAX_WAIT_MS = 2_000;

/** Does a job at the connection's remote, and again if the remote refused secrets that have been replaced meanwhile. */
export const atRemote =
  <About, Input, Done>(job: Job<About, Input, Done>): Run<About> =>
  async (about, work) => {
    const { hub, connection, delivery } = work;
    // A delivery that waited for a remote to come back has no place in the waitlist: it would push out those that have.
    const waitlist = delivery.turnedAway && delivery.cause?.code !== AWAY ? 'return' : 'join';
    const patience: BudgetOptions = { maxWaitMs: MAX_WAIT_MS, waitlist, caller: delivery.id };
    const remote = await hub.openRemote(connection, patience);
    const tried = await attemptAt(job, about, { ...work, remote, unknown: delivery.unknown });
    const first = await tellHealth(tried, { ...work, remote });
    if (first.ok) return first;
    const { error, unknown } = first;
    const newer = await orFailure(unknown, () => hub.renewRemote(remote, error, patience));
    if (!newer) return first;
    return 'ok' in newer ? newer : attemptAt(job, about, { ...work, remote: newer, unknown });
  };

/** Records from an attempt's outcome whether the remote is there. An attempt that only asked this uses up no retry. */
async function tellHealth(
  result: Result,
  { hub, connection, remote: { http, budget } }: { hub: Hub; connection: Connection; remote: Remote },
): Promise<Result> {
  // A gateway may ask for patience, too, whatever is behind it.
  const isMute = !result.ok && (result.error instanceof NotYetError || result.error instanceof ThrottledError);
  if (http.sent() === 0 || isMute) return result;
  const isOut = !result.ok && isOutage(result.error);
  try {
    if (isOut) await budget.failed();
    else if (await budget.succeeded()) await hub.bringForward(connection);
  } catch (error) {
    // The push stands whether or not this is recorded.
    log.warn('the health of a remote was lost', errorFields(error));
  }
  return isOut ? { ...result, isFree: budget.isAsking() } : result;
}

/** A 5xx, a timeout or a reset; after any other error, as of an answer in an odd shape, the remote has answered. */
const isOutage = (error: unknown): boolean =>
  (error instanceof UnknownOutcomeError || error instanceof RetryableError) &&
  !(error.cause instanceof ContractError) &&
  (error.detail.httpStatus ?? 500) >= 500;

async function attemptAt<About, Input, Done>(
  job: Job<About, Input, Done>,
  about: About,
  work: RemoteWork,
): Promise<Result> {
  const { connector, delivery, remote } = work;
  const prepared = await orFailure(work.unknown, () => job.prepare(about, work));
  if ('ok' in prepared) return prepared;
  const done = (effects: Effects): Result => ({ ok: true, httpStatus: remote.http.lastStatus(), ...effects });
  if ('effects' in prepared) return done(prepared.effects);
  const { input, unknown = work.unknown } = prepared;
  const action = job.action(connector.actions, delivery.action);
  if (!action) return { ok: false, error: unknownAction(work), unknown };
  const probe = probeOf(job, action, work);
  const tried = await probeThenPush({
    push: () => action.push(remote, input),
    probe: probe && (() => probe(remote, input)),
    probeInfers: action.probeInfers ?? false,
    probeTells: action.probeInfers ? (prepared.probeTells ?? true) : action.probe !== undefined,
    unknown,
    sent: remote.http.sent,
  });
  if (!tried.ok) return tried;
  // From the push on, the outcome counts as unknown until it is recorded.
  const effects = await orFailure(probe !== undefined, () =>
    job.after(tried.done, { input, probed: tried.probed }, work),
  );
  return 'ok' in effects ? effects : done(effects);
}

const probeOf = <Input, Done>(
  { unprobed }: Job<never, Input, Done>,
  { probe }: Action<Input, Done>,
  { connector }: Work,
): Action<Input, Done>['probe'] => probe ?? (unprobed && (async () => unprobed(connector)));

const unknownAction = ({ connector, delivery }: Work): RejectedError =>
  new RejectedError({ code: 'unknown_action', description: `${connector.info.title} has no ${delivery.action}` });

/** What `run` returns, or the failure it throws; `unknown`: the remote may have done it before. */
export async function orFailure<T>(unknown: boolean, run: () => Promise<T>): Promise<T | Failure> {
  try {
    return await run();
  } catch (error) {
    return { ok: false, error, unknown: unknown || error instanceof UnknownOutcomeError };
  }
}
