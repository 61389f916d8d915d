import { compareText, sameContent } from '#lib/platform/canonical-json';
import { ContractError } from '#lib/platform/errors';
import { checkCurrency } from '#lib/platform/money';
import { derive } from './derive.ts';
import { withoutBuyer } from './erasure.ts';
import { bounded, compareStamps, historyOf, joinHistories } from './history.ts';
import { withKnownLines, withLaterUnits } from './known-lines.ts';
import { type Order, type OrderSnapshot, orderId } from './order.ts';
import { addEvents } from './shipment.ts';
import { wholeHistory } from './split.ts';
import type { Told } from './timeline.ts';

export interface SnapshotSource {
  connection: string;
  /** The inbound event that holds the raw body. */
  event: string;
  receivedAt: string;
  /** When the hub asked for it, where it is an answer: its content may be as old as that. */
  askedAt?: string | undefined;
}

/**
 * The order after a snapshot.
 * `created`, `updated`: the snapshot shows something new. An older one may do that too, when only it knows a line that
 * has vanished since, the quantity first bought, or the payment; what stands stays. `same`: the content that stands,
 * perhaps with a newer version. `older`: overtaken, with nothing new.
 * `order` is the very object passed in when nothing is to be written, whatever the result is called.
 */
interface SnapshotResult {
  result: 'created' | 'updated' | 'same' | 'older';
  order: Order;
  timeline: Told[];
}

/**
 * The same snapshots end in the same order, in whatever sequence they come, but for two: where a source told no ids of
 * lines and the hub assumed some, another of them may stand; and an undated list takes units only from what came before
 * it was asked for. Throws ContractError for one that makes no valid order.
 */
export function applySnapshot(order: Order | null, whole: OrderSnapshot, source: SnapshotSource): SnapshotResult {
  checkSnapshot(whole);
  const renamed = withKnownLines(order?.erased ? withoutBuyer(whole) : whole, order?.history);
  const snapshot = withLaterUnits(renamed, order, source.askedAt);
  const asOf = source.askedAt ?? source.receivedAt;
  const told = historyOf(snapshot, asOf);
  if (!order) {
    const created = derive({
      id: orderId(source.connection, snapshot.externalId),
      connection: source.connection,
      externalId: snapshot.externalId,
      correctedAddress: null,
      fulfillments: [],
      shipmentEvents: addEvents([], snapshot.events ?? [], source.connection).all,
      snapshotEvent: source.event,
      history: told,
      ...{ deliveries: [], routed: [], placements: [], missed: false },
      ...{ receivedAt: source.receivedAt, updatedAt: source.receivedAt, revision: 0 },
    });
    return { result: 'created', order: created, timeline: tellTimeline(null, created, source) };
  }
  const known = bounded(order.history, asOf, order.receivedAt);
  const isNewer = compareStamps(told.stands, known.stands) > 0;
  const isSame = told.stands.hash === known.stands.hash;
  const nothingNew = isSame ? 'same' : 'older';
  const history = joinHistories(known, told);
  const { all: shipmentEvents } = addEvents(order.shipmentEvents, snapshot.events ?? [], source.connection);
  if (sameContent([history, shipmentEvents], [order.history, order.shipmentEvents]))
    return { result: nothingNew, order, timeline: [] };
  const snapshotEvent = isNewer && !isSame ? source.event : order.snapshotEvent;
  const next = derive({ ...order, history, snapshotEvent, shipmentEvents });
  const timeline = tellTimeline(order, next, source);
  if (isNewer) return { result: isSame ? 'same' : 'updated', order: next, timeline };
  const isVisible = !sameContent([view(order), order.shipmentEvents], [view(next), shipmentEvents]);
  return { result: isVisible ? 'updated' : nothingNew, order: next, timeline };
}

/** What people see of an order and snapshots decide, by the names that the timeline uses. */
function view({ ucp, ...order }: Order) {
  const { number, placedAt, paidAt, buyer, shippingAddress, shipBy = null, taxIncluded, cancelled } = order;
  const { billingAddress, note, market, payment, shippingCode, pickupPoint, lines } = wholeHistory(order).snapshot;
  const details = lines.map(({ otherUnitPrice, taxRate, tax, stockLocation, attributes }) => ({
    otherUnitPrice,
    taxRate,
    tax,
    stockLocation,
    attributes,
  }));
  return {
    ...{ number, placedAt, paidAt, buyer, shippingAddress, shipBy, taxIncluded, cancelled },
    ...{ billingAddress, note, market, payment, pickupPoint },
    shippingMethod: [order.shippingMethod, shippingCode],
    lines: [ucp.line_items, details],
    totals: ucp.totals,
    adjustments: ucp.adjustments,
    links: [ucp.checkout_id, ucp.permalink_url],
  };
}

/** Members with a timeline entry of their own, and what a cancellation changes by itself. */
const TOLD_APART = new Set(['paidAt', 'cancelled', 'adjustments']);

function tellTimeline(previous: Order | null, next: Order, { event }: SnapshotSource): Told[] {
  const timeline: Told[] = [];
  const cancelled = next.cancelled && !previous?.cancelled;
  if (previous) {
    const changed = changedMembers(previous, next).filter((name) => !(cancelled && name === 'lines'));
    if (changed.length > 0)
      timeline.push({ type: 'order.updated', detail: { changed, version: next.sourceVersion, event } });
  } else {
    timeline.push({ type: 'order.received', detail: { number: next.number, version: next.sourceVersion, event } });
  }
  return [...timeline, ...tellPaid(previous, next), ...tellCancelled(previous, next)];
}

/** Tells of an order's first payment. */
export const tellPaid = (previous: Order | null, { paidAt }: Order): Told[] =>
  paidAt && !previous?.paidAt ? [{ type: 'order.paid', detail: { paidAt } }] : [];

/** Tells of an order that has just been cancelled. */
export const tellCancelled = (previous: Order | null, { cancelled, history }: Order): Told[] =>
  cancelled && !previous?.cancelled ? [{ type: 'order.cancelled', detail: { cancelledAt: history.cancelledAt } }] : [];

function changedMembers(previous: Order, next: Order): string[] {
  const before = new Map<string, unknown>(Object.entries(view(previous)));
  return Object.entries(view(next))
    .filter(([name, value]) => !sameContent(value, before.get(name)))
    .map(([name]) => name)
    .filter((name) => !TOLD_APART.has(name) || (name === 'cancelled' && !next.cancelled))
    .sort(compareText);
}

/**
 * The sale after a snapshot of another order that its sales channel made of its lines; the very order passed in when
 * nothing is to be written. Throws ContractError for a snapshot that makes no valid order.
 */
export function applyPart(
  order: Order,
  whole: OrderSnapshot,
  source: SnapshotSource,
): { order: Order; timeline: Told[] } {
  checkSnapshot(whole);
  const snapshot = order.erased ? withoutBuyer(whole) : whole;
  const { externalId } = snapshot;
  const { parts = {} } = order;
  const known = Object.hasOwn(parts, externalId) ? parts[externalId] : undefined;
  const told = historyOf(snapshot, source.askedAt ?? source.receivedAt);
  const history = known ? joinHistories(known, told) : told;
  if (known && sameContent(history, known)) return { order, timeline: [] };
  const next = derive({ ...order, parts: { ...parts, [externalId]: history } });
  const lineItems = snapshot.lines.map(({ id, quantity }) => ({ id, quantity }));
  const joined: Told = { type: 'order.part_joined', detail: { externalId, lineItems, event: source.event } };
  return { order: next, timeline: [...(known ? [] : [joined]), ...tellTimeline(order, next, source)] };
}

/**
 * Throws ContractError, naming the field, for a snapshot that makes no valid UCP order.
 * Connectors map text and shapes; these rules hold for every marketplace.
 */
export function checkSnapshot({ currency, lines, amounts }: OrderSnapshot): void {
  checkCurrency(currency, 'currency');
  const ids = new Set<string>();
  for (const [index, { id, quantity, fulfilled = 0, unitPrice, total = 0 }] of lines.entries()) {
    const at = `lines[${index}]`;
    if (id === '' || ids.has(id)) throw refused(`${at}.id`, 'must be there and differ from the other lines');
    ids.add(id);
    checkCount(quantity, `${at}.quantity`);
    checkCount(fulfilled, `${at}.fulfilled`);
    checkCount(unitPrice, `${at}.unitPrice`);
    checkCount(unitPrice * quantity, `${at}.unitPrice`);
    checkWhole(total, `${at}.total`);
  }
  checkCount(amounts.fulfillment, 'amounts.fulfillment');
  checkCount(amounts.tax, 'amounts.tax');
  checkWhole(amounts.discount, 'amounts.discount');
  checkWhole(amounts.total, 'amounts.total');
}

function checkWhole(value: number, field: string): void {
  if (!Number.isSafeInteger(value)) throw refused(field, 'must be a whole number');
}

function checkCount(value: number, field: string): void {
  checkWhole(value, field);
  if (value < 0) throw refused(field, 'must not be negative');
}

const refused = (field: string, problem: string): ContractError =>
  new ContractError({ code: 'invalid_snapshot', description: `${field} ${problem}`, field });
