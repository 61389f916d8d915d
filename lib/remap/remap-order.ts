import { asOf } from '#events/inbound-body';
import type { Connection } from '#lib/connections/connection';
import { unblock } from '#lib/deliveries/reopen';
import { getEvent, type InboundEvent, type Remapped } from '#lib/inbound/event';
import { readChange } from '#lib/inbound/ingest';
import { sharesOf } from '#lib/inbound/ingest-order';
import { loadConnector } from '#lib/marketplaces/load';
import type { Network } from '#lib/marketplaces/network';
import { changeOrder } from '#lib/orders/change';
import { derive } from '#lib/orders/derive';
import { withoutBuyer } from '#lib/orders/erasure';
import { claimShares, previewShares } from '#lib/orders/find';
import {
  compareStamps,
  earliestFirst,
  historyOf,
  joinPayments,
  lastCancellation,
  lastLifted,
  levelsOf,
  onePerLine,
  placedFirst,
  quantitiesOf,
} from '#lib/orders/history';
import { withKnownLines, withUnits } from '#lib/orders/known-lines';
import type { Order, OrderSnapshot, SnapshotHistory, Stamp } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { checkSnapshot, tellCancelled, tellPaid } from '#lib/orders/snapshot';
import type { Told } from '#lib/orders/timeline';
import { compareText } from '#lib/platform/canonical-json';
import { ContractError, type ErrorDetail, IntegrationError } from '#lib/platform/errors';
import { changedMembers, diffOrders } from './diff.ts';
import { shownDelivery } from './remap-event.ts';
import type { Outcome } from './remap-schema.ts';

/** Errors of a body that can be read, but whose new meaning a person has to decide on. */
const CONFLICTS = new Set(['lines_renamed', 'order_renamed', 'not_an_order']);

/** What comes of it, and the order as it would be then; neither where it reads as it stands. */
interface Reading {
  outcome: Outcome;
  next?: Order;
}

/** Reads the snapshot that an order stands on once more; with `remapped`, the order becomes what it says now. */
export async function remapOrder(order: Order, network: Network, remapped: Remapped | null): Promise<Outcome | null> {
  if (!remapped) return (await readAgain(order, network, false))?.outcome ?? null;
  const { decision } = await changeOrder(
    order.id,
    async (before) => {
      const reading = await readAgain(before ?? order, network, true);
      if (!before || !reading) return null;
      const { outcome, next = before } = reading;
      const timeline = next === before ? [] : tell(before, next, changedMembers(outcome.changes), remapped);
      return { order: next, timeline, outcome: { ...outcome, applied: next !== before } };
    },
    { by: remapped.by, at: remapped.at, origin: remapped.id, network },
  );
  // What waited for an address or a route may have it now.
  if (decision?.outcome.applied)
    for (const waitsFor of ['order', 'routes'] as const) await unblock(waitsFor, { deliveries: order.deliveries });
  return decision?.outcome ?? null;
}

async function readAgain(order: Order, network: Network, claims: boolean): Promise<Reading | null> {
  const event = await getEvent(order.snapshotEvent);
  const about = { event: order.snapshotEvent, order: order.id, receivedAt: event?.receivedAt ?? null };
  const nothing = {
    ...{ ...about, was: 'applied' as const, reads: null, applied: false },
    ...{ changes: [], deliveries: [], note: null },
  };
  const failed = (outcome: Outcome['outcome'], error: NonNullable<Outcome['error']>): Reading => ({
    outcome: { ...nothing, outcome, error },
  });
  if (!event || event.bodyTruncated) {
    const what = event?.body ? 'only the beginning of its body is' : 'its body is no longer';
    return failed('missing', { code: 'body_missing', description: `${what} on record` });
  }
  const next = await reread(order, event, network, claims);
  if (!('id' in next)) return failed(CONFLICTS.has(next.code) ? 'conflict' : 'unreadable', next);
  if (next === order) return null;
  const changes = diffOrders(order, next);
  const deliveries = planDeliveries(next, network, order).deliveries.map(shownDelivery);
  const note = noteQuantities(order, next);
  return { next, outcome: { ...nothing, outcome: 'changed', reads: 'order', changes, deliveries, note, error: null } };
}

async function reread(
  order: Order,
  event: InboundEvent,
  { connections }: Network,
  claims: boolean,
): Promise<Order | Pick<ErrorDetail, 'code' | 'description' | 'field'>> {
  const connection = connections.get(order.connection);
  if (!connection) return { code: 'connection_unknown', description: 'not in the connections file' };
  const { change } = await readChange(event, connection, loadConnector);
  if (change instanceof IntegrationError) return change.detail;
  if (change.type !== 'order') return { code: 'not_an_order', description: `it reads as ${change.type} now` };
  try {
    const own = await ownShare(order, change.order, connection, claims);
    return own ? rereadOrder(order, own, asOf(event)) : order;
  } catch (error) {
    if (error instanceof ContractError) return error.detail;
    throw error;
  }
}

/** What of a snapshot is about this order's own lines: others may belong to the order they were split from. */
async function ownShare({ id, externalId }: Order, snapshot: OrderSnapshot, connection: Connection, claims: boolean) {
  if (snapshot.externalId !== externalId)
    throw new ContractError({
      code: 'order_renamed',
      description: `it would be order ${snapshot.externalId} now`,
      field: 'externalId',
    });
  const shares = await sharesOf(connection, snapshot, claims ? claimShares : previewShares);
  return shares.find((share) => share.order === id && !share.isPart)?.snapshot;
}

/** Whoever ships has the quantity of the old reading, until the deliveries that the new one opens have run. */
function noteQuantities(previous: Order, next: Order): string | null {
  const before = new Map(previous.ucp.line_items.map(({ id, quantity }) => [id, quantity.total]));
  const differing = next.ucp.line_items
    .filter(({ id }) => previous.routed.includes(id))
    .flatMap(({ id, quantity: { total } }) =>
      before.get(id) === total ? [] : `${id} was ${before.get(id)}, is ${total}`,
    );
  if (differing.length === 0 || next.cancelled) return null;
  return `placed already: ${differing.join('; ')}. Whoever ships is told of the difference, or it waits for you`;
}

function tell(previous: Order, next: Order, changed: readonly string[], { id, reason }: Remapped): Told[] {
  const detail = { remap: id, changed, event: next.snapshotEvent, ...(reason !== null && { reason }) };
  return [{ type: 'order.remapped', detail }, ...tellPaid(previous, next), ...tellCancelled(previous, next)];
}

/**
 * An order whose standing snapshot is read as `snapshot` now; the very order passed in when that is what it says.
 * What other snapshots said stays, and so does a payment. Throws ContractError for a snapshot that makes no valid order,
 * and for one that would have what was placed placed again.
 */
export function rereadOrder(order: Order, whole: OrderSnapshot, asOf: string): Order {
  checkSnapshot(whole);
  const { history } = order;
  const renamed = withKnownLines(order.erased ? withoutBuyer(whole) : whole, history);
  const isList = history.snapshot.unitsListed && whole.version === null;
  const snapshot = isList ? withUnits(renamed, history) : renamed;
  const told = historyOf(snapshot, asOf);
  if (told.stands.hash === history.stands.hash) return order;
  refuseRenamedLines(order, snapshot);
  return derive({ ...order, history: replaceStanding(history, told) });
}

function replaceStanding(history: SnapshotHistory, told: SnapshotHistory): SnapshotHistory {
  const { stands, snapshot } = history;
  // Later copies of the same content moved the version on.
  const version = compareText(told.stands.version, stands.version) > 0 ? told.stands.version : stands.version;
  const present = new Set(told.snapshot.lines.map(({ id }) => id));
  const dropped = snapshot.lines.map((line) => ({ ...stands, id: line.id, line }));
  const vanished = [...history.vanished, ...dropped].filter(({ id }) => !present.has(id));
  const isKept = ({ hash, id }: Stamp & { id: string }) => hash !== stands.hash || !present.has(id);
  const kept = history.originals.filter(isKept);
  const originals = onePerLine([...kept, ...told.originals].sort(earliestFirst));
  const levels = (history.levels ?? []).filter(({ hash }) => hash !== stands.hash);
  // Assumed times stay those of the first snapshot, whatever this one says.
  const isAssumed = snapshot.timesAssumed && told.snapshot.timesAssumed;
  const otherPayment = history.paid?.hash === stands.hash && !isAssumed ? null : history.paid;
  return {
    stands: { ...told.stands, version },
    ...placedFirst({ ...told.snapshot, version }, told, ...(isAssumed ? [history] : [])),
    // A payment is never forgotten, also when it was a misreading: it has had its effect.
    paid: told.paid ? joinPayments(otherPayment, told.paid) : history.paid,
    ...cancellation(history, told),
    ...lastLifted(history),
    originals,
    ...levelsOf([...kept, ...levels, ...quantitiesOf({ ...told, stands: { ...told.stands, version } })], originals),
    vanished: onePerLine(vanished.sort((a, b) => compareStamps(b, a))),
  };
}

/** The cancellation that stands: not what the old reading saw, if the new one does not. */
function cancellation(
  history: SnapshotHistory,
  told: SnapshotHistory,
): Pick<SnapshotHistory, 'cancelledAt' | 'cancelledLast'> {
  if (!told.snapshot.cancelled && history.snapshot.cancelled) return { cancelledAt: null };
  const known = history.cancelledAt;
  const first = told.cancelledAt !== null && (known === null || told.cancelledAt < known) ? told.cancelledAt : known;
  return { cancelledAt: first, ...lastCancellation(history, told) };
}

/** A line whose id alone is another now would look like one that nobody was asked to ship. */
function refuseRenamedLines({ history, parts = {}, routed, fulfillments }: Order, { lines }: OrderSnapshot): void {
  const known = [history, ...Object.values(parts)].flatMap(({ snapshot, vanished }) => [
    ...snapshot.lines,
    ...vanished,
  ]);
  const added = lines.filter(({ id }) => !known.some((line) => line.id === id)).map(({ id }) => id);
  const handled = new Set([...routed, ...fulfillments.flatMap(({ lineItems }) => lineItems.map(({ id }) => id))]);
  const lost = history.snapshot.lines
    .map(({ id }) => id)
    .filter((id) => handled.has(id) && !lines.some((line) => line.id === id));
  if (added.length === 0 || lost.length === 0) return;
  throw new ContractError({
    code: 'lines_renamed',
    description: `line items ${lost.join(', ')} are with whoever ships and would be ${added.join(', ')} now, to be shipped once more`,
    field: 'lines',
  });
}
