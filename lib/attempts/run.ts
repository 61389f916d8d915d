import { countStock } from '#lib/catalog/stock';
import { noteProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { type Configuration, getConfiguration } from '#lib/connections/store';
import type { Delivery, Placed } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import type { Told } from '#lib/deliveries/told';
import type { PlaceInput, ProbedAction, PushResult, RemoteContext } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { getNetwork } from '#lib/marketplaces/network';
import { withRemote } from '#lib/marketplaces/remote';
import type { LineQuantity, Order } from '#lib/orders/order';
import { getOrder } from '#lib/orders/store';
import {
  BlockedError,
  IntegrationError,
  NotYetError,
  OUTCOME_UNKNOWN,
  RejectedError,
  RetryableError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import type { Write } from '#lib/platform/table/table';
import { runCancel } from './cancel.ts';
import { carrierCodeOf } from './carrier-code.ts';
import { afterPush, afterRequest } from './effects.ts';
import { runFetch } from './fetch.ts';
import { isDoubtful } from './restored.ts';
import { routeAgain } from './route-again.ts';

/** What an attempt did, and the writes that must stand or fall with it. */
export interface Done {
  also: Write[];
  /** What the attempt tells on the timeline of the delivery's order. */
  told?: Told;
  /** The order as it stands with whoever ships it. */
  placed?: Placed;
  /** Deliveries opened by it, to be rung once it stands. */
  opened?: Delivery[];
  httpStatus?: number | undefined;
  /** What the remote said that nothing else keeps. */
  description?: string;
}

/** Whether the remote may have done it although nobody could tell; a probe that found nothing settles it. */
export interface Progress {
  unknown: boolean;
  /** Requests that have left for the remote. */
  sent(): number;
  /** False where a probe may find that nobody can tell. */
  probeTells?: boolean;
  /** The probe only concludes from what is no longer there: too little to doubt an answer. */
  probeInfers?: boolean;
}

/** A pusher hardly waits for its turn: a Lambda that sleeps is paid for. */
const MAX_WAIT_MS = 2_000;

/** Makes one attempt at a leased delivery. Throws the IntegrationError that says what happens next. */
export async function runDelivery(delivery: Delivery, connector: Connector, progress: Progress): Promise<Done> {
  const configuration = await getConfiguration();
  const connection = configuration.connections.get(delivery.connection) ?? missingConnection(delivery.connection);
  if (delivery.action === 'route') return routeAgain(delivery);
  const waitlist = delivery.turnedAway ? 'return' : 'join';
  return withRemote(connection, { maxWaitMs: MAX_WAIT_MS, waitlist }, async (remote) => {
    progress.sent = remote.http.sent;
    const done = await act(delivery, connector, remote, configuration, progress);
    return { ...done, httpStatus: remote.http.lastStatus() };
  });
}

async function act(
  delivery: Delivery,
  connector: Connector,
  remote: RemoteContext,
  configuration: Configuration,
  progress: Progress,
): Promise<Done> {
  const { kind, action, subject } = delivery;
  if (kind === 'fetch') return runFetch(delivery, connector, remote);
  if (subject.sku !== undefined) return tellStock(subject.sku, connector, remote);
  if (subject.input !== undefined) {
    const request = connector.actions.requests?.[action] ?? missing(connector, action);
    progress.probeTells = request.probe !== undefined;
    progress.unknown ||= await isDoubtful(delivery, delivery.createdAt);
    const { result } = await once(
      progress,
      () => request.probe?.(remote, subject.input) ?? askPerson(connector),
      () => request.push(remote, subject.input),
    );
    const description = [result.remoteId, result.note].filter(Boolean).join(', ');
    const about = request.orderOf?.(subject.input);
    const order = about === undefined ? undefined : await getOrder(about);
    const also = order ? afterRequest(delivery, order.id, result, remote.now().toISOString()) : [];
    return { also, ...(description && { description }) };
  }
  const sold = await readOrder(delivery, configuration, progress);
  if (action === 'cancel') return runCancel(delivery, connector, remote, sold, progress);
  if (action === 'order') return place(delivery, connector, remote, sold, progress);
  if (action === 'fulfillment') return report(delivery, connector, remote, sold, configuration, progress);
  const followUp = connector.actions.followUps?.[action] ?? missing(connector, action);
  const { result, probed } = await pushOnce(followUp, remote, { ...sold, about: subject.about ?? '' }, progress);
  return afterPush(delivery, { ...sold, now: remote.now() }, result, probed);
}

/** An order of ours and the connection that sold it. */
type Sold = Pick<PlaceInput, 'order' | 'source'>;

async function place(
  delivery: Delivery,
  connector: Connector,
  remote: RemoteContext,
  sold: Sold,
  progress: Progress,
): Promise<Done> {
  const action = connector.actions.order ?? missing(connector, 'order');
  if (sold.order.cancelled)
    throw new RejectedError({ code: 'order_cancelled', description: 'the order was cancelled before it was placed' });
  const { lineItems = [] } = delivery.subject;
  const { result, probed } = await pushOnce(action, remote, { ...sold, lineItems }, progress);
  await notePlaced(remote.connection, sold.order, lineItems);
  return afterPush(delivery, { ...sold, now: remote.now() }, result, probed);
}

async function report(
  delivery: Delivery,
  connector: Connector,
  remote: RemoteContext,
  sold: Sold,
  { connections }: Configuration,
  progress: Progress,
): Promise<Done> {
  const { order } = sold;
  const action = connector.actions.fulfillment ?? missing(connector, 'fulfillment');
  const parcel = order.fulfillments.find(({ id }) => id === delivery.subject.fulfillment);
  if (!parcel) throw new Error('a fulfillment is reported without its parcel');
  // Some channels show that an order was fulfilled, but not by which parcel.
  progress.probeInfers = action.probeInfers ?? false;
  progress.probeTells = order.fulfillments.length < 2;
  const anotherReported = await isAnotherReported({ ...delivery, unknown: progress.unknown }, order);
  const fulfillment = { ...parcel, carrierCode: carrierCodeOf(parcel, connections) };
  const { result, probed } = await pushOnce(action, remote, { order, fulfillment, anotherReported }, progress);
  const { trackingNumber } = fulfillment;
  return afterPush(delivery, { ...sold, trackingNumber, now: remote.now() }, result, probed);
}

const pushOnce = <Input>(
  action: ProbedAction<Input>,
  remote: RemoteContext,
  input: Input,
  progress: Progress,
): ReturnType<typeof once> =>
  once(
    progress,
    () => action.probe(remote, input),
    () => action.push(remote, input),
  );

/** Whoever ships a SKU stocks it: the poller asks for its quantity from now on. */
async function notePlaced(connection: Connection, order: Order, lineItems: readonly LineQuantity[]): Promise<void> {
  const lines = order.ucp.line_items.filter(({ id }) => lineItems.some((line) => line.id === id));
  await Promise.all(lines.map(({ item }) => noteProduct(connection.id, item.id, item.title)));
}

/**
 * Probes first where the last outcome is unknown, and pushes only what is not there yet. From the push on the outcome
 * counts as unknown, until it is on record or the remote has said that it did not take it.
 */
export async function once(
  progress: Progress,
  probe: () => Promise<PushResult | null>,
  push: () => Promise<PushResult>,
): Promise<{ result: PushResult; probed: boolean }> {
  const found = progress.unknown ? await probe() : null;
  if (found) return { result: found, probed: true };
  const before = progress.sent();
  progress.unknown = true;
  try {
    return { result: await push(), probed: false };
  } catch (error) {
    progress.unknown = mayStand(error, progress.sent() - before, progress);
    throw error;
  }
}

/** Said by what stands before the remote. */
const GATEWAY_STATUSES = new Set([502, 504]);

/** Whether a push that failed after so many requests may have left something at the remote. */
function mayStand(error: unknown, sent: number, { probeTells = true, probeInfers = false }: Progress): boolean {
  // The budget ended, or we failed: whatever left before that may stand.
  if (error instanceof NotYetError || !(error instanceof IntegrationError)) return sent > 0;
  if (error instanceof UnknownOutcomeError) return true;
  // A refused second call says nothing of the first, and a gateway's 502 nothing of what stands behind it.
  const { httpStatus = 0 } = error.detail;
  if (sent > 1) return true;
  if (probeInfers) return false;
  if (GATEWAY_STATUSES.has(httpStatus)) return true;
  // A 500 is the remote's own word that it failed, perhaps after its work: worth a look, but not a person's.
  return error instanceof RetryableError && httpStatus >= 500 && probeTells;
}

function askPerson({ info }: Connector): never {
  const description = `nobody knows whether it was done: look at ${info.title}, and replay it only if it was not`;
  throw new BlockedError({ code: OUTCOME_UNKNOWN, description }, 'operator');
}

function missingConnection(id: string): never {
  throw new BlockedError(
    { code: 'connection_missing', description: `${id} is not in the connections file` },
    'connection',
  );
}

function missing({ info }: Connector, action: string): never {
  throw new RejectedError({ code: 'unknown_action', description: `${info.title} has no ${action}` });
}

/** The quantity of this moment, so that stock deliveries in any order end in the truth. */
async function tellStock(sku: string, connector: Connector, remote: RemoteContext): Promise<Done> {
  const network = await getNetwork();
  const [listing, quantity] = await Promise.all([remote.findProduct(sku), countStock(sku, network)]);
  const { stock } = connector.actions;
  if (!stock) return missing(connector, 'stock');
  if (listing && quantity !== null) await stock.push(remote, { listing, quantity });
  return { also: [] };
}

async function readOrder(delivery: Delivery, { connections }: Configuration, progress: Progress): Promise<Sold> {
  const order = delivery.order ? await getOrder(delivery.order) : undefined;
  if (!order) throw new RejectedError({ code: 'order_missing', description: `order ${delivery.order} is not known` });
  const source = connections.get(order.connection) ?? missingConnection(order.connection);
  progress.unknown ||= await isDoubtful(delivery, order.placedAt);
  return { order, source };
}

/** Looked up only where a probe will depend on it. */
async function isAnotherReported({ id, action, unknown }: Delivery, order: Order): Promise<boolean> {
  if (action !== 'fulfillment' || !unknown || order.fulfillments.length < 2) return false;
  const others = (await getDeliveries(order.deliveries)).filter((other) => other.action === action && other.id !== id);
  return others.some((other) => other.state === 'succeeded' || other.state === 'leased' || other.unknown);
}
