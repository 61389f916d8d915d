import type { Write } from '#lib/aws/table';
import { countStock } from '#lib/catalog/stock';
import { noteProduct } from '#lib/catalog/store';
import { openRemote } from '#lib/connections/remote';
import { type Configuration, getConfiguration } from '#lib/connections/store';
import { BlockedError, NotYetError, OUTCOME_UNKNOWN, RejectedError } from '#lib/errors';
import type { Connector, PushContext, PushResult, RemoteContext } from '#lib/marketplaces/contract';
import { getOrder, getPlacement } from '#lib/orders/store';
import { runCancel } from './cancel.ts';
import { carrierCodeOf } from './carrier-code.ts';
import type { Delivery } from './delivery.ts';
import { afterPush } from './effects.ts';
import { runFetch } from './fetch.ts';
import { routeAgain } from './route-again.ts';

/** What an attempt did, and the writes that must stand or fall with it. */
export interface Done {
  also: Write[];
  /** Deliveries opened by it, to be rung once it stands. */
  opened?: Delivery[];
  httpStatus?: number | undefined;
  /** What the remote said that nothing else keeps. */
  description?: string;
}

/** Whether the remote may have done it although nobody could tell; a probe that found nothing settles it. */
export interface Progress {
  unknown: boolean;
}

/** A pusher hardly waits for its turn: a Lambda that sleeps is paid for. */
const MAX_WAIT_MS = 2_000;

/** Makes one attempt at a leased delivery. Throws the IntegrationError that says what happens next. */
export async function runDelivery(delivery: Delivery, connector: Connector, progress: Progress): Promise<Done> {
  const configuration = await getConfiguration();
  const connection = configuration.connections.get(delivery.connection);
  if (!connection)
    throw new BlockedError(
      { code: 'connection_missing', description: `${delivery.connection} is not in the connections file` },
      'connection',
    );
  if (delivery.action === 'route') return routeAgain(delivery, configuration);
  const remote = await openRemote(connection, MAX_WAIT_MS);
  try {
    return {
      ...(await act(delivery, connector, remote, configuration, progress)),
      httpStatus: remote.http.lastStatus(),
    };
  } catch (error) {
    // Half of a push may stand at the remote when the budget ended between its calls.
    if (error instanceof NotYetError && remote.http.sent() > 0) progress.unknown = true;
    throw error;
  }
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
  if (subject.sku !== undefined) return tellStock(subject.sku, connector, remote, configuration);
  if (subject.input !== undefined) {
    const request = connector.requests?.[action] ?? missing(connector, action);
    const { result } = await once(
      progress,
      () => request.probe?.(remote, subject.input) ?? askPerson(connector),
      () => request.push(remote, subject.input),
    );
    const description = [result.remoteId, result.note].filter(Boolean).join(', ');
    return { also: [], ...(description && { description }) };
  }
  const context = { ...remote, ...(await readSubject(delivery, configuration)) };
  if (action === 'cancel') return runCancel(delivery, connector, context, progress);
  const push = connector.push[action] ?? missing(connector, action);
  if (context.order.cancelled && action === 'order')
    throw new RejectedError({ code: 'order_cancelled', description: 'the order was cancelled before it was placed' });
  const { result, probed } = await once(
    progress,
    () => push.probe(context),
    () => push.push(context),
  );
  if (action === 'order') await notePlaced(context);
  return { also: afterPush(delivery, context, result, probed) };
}

/** Whoever ships a SKU stocks it: the poller asks for its quantity from now on. */
async function notePlaced({ connection, order, lineItems }: PushContext): Promise<void> {
  const lines = order.ucp.line_items.filter(({ id }) => lineItems.some((line) => line.id === id));
  await Promise.all(lines.map(({ item }) => noteProduct(connection.id, item.id, item.title)));
}

/** Probes first where the last outcome is unknown, and pushes only what is not there yet. */
export async function once(
  progress: Progress,
  probe: () => Promise<PushResult | null>,
  push: () => Promise<PushResult>,
): Promise<{ result: PushResult; probed: boolean }> {
  const found = progress.unknown ? await probe() : null;
  progress.unknown = false;
  return found ? { result: found, probed: true } : { result: await push(), probed: false };
}

function askPerson({ info }: Connector): never {
  const description = `nobody knows whether it was done: look at ${info.title}, and replay it only if it was not`;
  throw new BlockedError({ code: OUTCOME_UNKNOWN, description }, 'operator');
}

function missing({ info }: Connector, action: string): never {
  throw new RejectedError({ code: 'unknown_action', description: `${info.title} has no ${action}` });
}

/** The quantity of this moment, so that stock deliveries in any order end in the truth. */
async function tellStock(
  sku: string,
  connector: Connector,
  remote: RemoteContext,
  configuration: Configuration,
): Promise<Done> {
  const [listing, quantity] = await Promise.all([remote.findProduct(sku), countStock(sku, configuration)]);
  if (!connector.setStock) return missing(connector, 'stock');
  if (listing && quantity !== null) await connector.setStock(remote, listing, quantity);
  return { also: [] };
}

async function readSubject(
  { order: orderId, connection, subject }: Delivery,
  { connections }: Configuration,
): Promise<Omit<PushContext, keyof RemoteContext>> {
  const order = orderId ? await getOrder(orderId) : undefined;
  const source = order && connections.get(order.connection);
  if (!order || !source)
    throw new RejectedError({ code: 'order_missing', description: `order ${orderId} is not known` });
  const parcel = order.fulfillments.find(({ id }) => id === subject.fulfillment);
  const fulfillment = parcel ? { ...parcel, carrierCode: await carrierCodeOf(parcel, connections) } : null;
  const placement = subject.placement ? await getPlacement(order.id, connection) : undefined;
  const { lineItems = [], about = null } = subject;
  return { order, source, lineItems, fulfillment, about, remoteId: placement?.remoteId ?? null };
}
