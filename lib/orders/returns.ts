import { compareText, firstOf, sameContent } from '#lib/platform/canonical-json';
import { findAlike } from '#lib/platform/text';
import type { UcpLineItem } from '#lib/ucp/order';
import { derive } from './derive.ts';
import { mergeLines, sumByLine } from './line-quantities.ts';
import {
  type LineQuantity,
  type Order,
  type OrderSnapshot,
  type Return,
  type ReturnSnapshot,
  returnId,
} from './order.ts';
import { takeUnits } from './take-lines.ts';
import type { Told } from './timeline.ts';

/** Units told as returned, by line, including lines that the sales channel has since taken off its order. */
export const toldBack = ({ returns = [] }: Pick<Order, 'returns'>): Map<string, number> =>
  sumByLine(returns.flatMap(({ lineItems }) => lineItems));

/** Units that came back, by line: never more than were shipped, as two tellers may mean the same units. */
export function returnedUnits(order: Pick<Order, 'returns' | 'ucp'>): Map<string, number> {
  const told = toldBack(order);
  return new Map(order.ucp.line_items.map(({ id, quantity }) => [id, Math.min(told.get(id) ?? 0, quantity.fulfilled)]));
}

/** A return as a sales channel tells it; a SKU stands for the lines that sell it. */
export function readReturn(order: Order, told: ReturnSnapshot, by: string, receivedAt: string): Return {
  const { id: theirs, at, items, reason, refund } = told;
  const id = returnId(order.id, by, theirs);
  const all = order.ucp.line_items;
  const left = new Map(all.map((line) => [line.id, mostOf(line)]));
  const lines = items?.flatMap(({ line, sku, quantity }) =>
    line === undefined
      ? takeBySku(order, { id, by, sku, quantity }, left)
      : takeUnits(order, left, quantity, (own) => own.id === line),
  );
  return {
    id,
    by,
    at: at ?? receivedAt,
    lineItems: mergeLines(lines ?? all.map(({ id: own, quantity }) => ({ id: own, quantity: quantity.fulfilled }))),
    reason: order.erased ? null : (reason ?? null),
    refund: refund ?? null,
  };
}

/** The order with what its sales channel says came back. */
export function tellReturns(
  order: Order,
  { externalId, returns = [] }: Pick<OrderSnapshot, 'externalId' | 'returns'>,
  by: string,
  receivedAt: string,
): ReturnType<typeof applyReturns> {
  return applyReturns(
    order,
    returns.map((each) => readReturn(order, { externalId, ...each }, by, receivedAt)),
  );
}

const mostOf = ({ quantity: { original, total } }: UcpLineItem): number => Math.max(original, total);

/** The name that lines have for a SKU; a store may write it in other letters in its returns. */
const ownSku = ({ ucp }: Order, sku: string): string | undefined =>
  findAlike(
    ucp.line_items.map(({ item }) => item.id),
    sku,
  );

/** The SKUs of a return that no line of the order sells. */
export const unsoldIn = (order: Order, { items = [] }: ReturnSnapshot): string[] =>
  items.flatMap(({ sku }) => (sku === undefined || ownSku(order, sku) !== undefined ? [] : [sku]));

/**
 * Units of the lines that sell a SKU: first those that this return had before, then those that were shipped and that no
 * other return of the same teller has, then the rest, as a return may be told before its parcel.
 */
function takeBySku(
  order: Order,
  { id, by, sku, quantity }: { id: string; by: string; sku: string | undefined; quantity: number },
  left: Map<string, number>,
): LineQuantity[] {
  const before = (order.returns ?? []).filter((each) => each.by === by);
  const own = ownSku(order, sku ?? '');
  const [had, others] = [true, false].map((isOwn) =>
    sumByLine(before.filter((each) => (each.id === id) === isOwn).flatMap(({ lineItems }) => lineItems)),
  );
  const rooms = [
    (line: UcpLineItem) => had?.get(line.id) ?? 0,
    (line: UcpLineItem) => line.quantity.fulfilled - (others?.get(line.id) ?? 0),
    mostOf,
  ];
  let open = quantity;
  return rooms.flatMap((roomOf) => {
    const taken = (line: UcpLineItem) => mostOf(line) - (left.get(line.id) ?? 0);
    const room = new Map(order.ucp.line_items.map((line) => [line.id, roomOf(line) - taken(line)]));
    const lines = takeUnits(order, room, open, (line) => line.item.id === own);
    for (const line of lines) {
      open -= line.quantity;
      left.set(line.id, (left.get(line.id) ?? 0) - line.quantity);
    }
    return lines;
  });
}

/** The returns that shippers' events tell of: each parcel that went back to its sender, once, by whichever event told first. */
export function returnsOfEvents({ id, shipmentEvents, fulfillments, returns = [] }: Order): Return[] {
  const back = shipmentEvents.filter(({ type }) => type === 'returned_to_sender');
  const known = new Set(returns.map((each) => each.id));
  return back.flatMap(({ by, at, trackingNumber }): Return[] => {
    // An event without a number is of all parcels; those that other events name are left to these, if they came first.
    const isOfAllKnown = known.has(returnId(id, by, ''));
    const isNamed = (number: string) =>
      !isOfAllKnown && back.some((other) => other.by === by && other.trackingNumber === number);
    const parcels = fulfillments.filter(
      (parcel) =>
        parcel.by === by &&
        (trackingNumber ? parcel.trackingNumber === trackingNumber : !isNamed(parcel.trackingNumber)),
    );
    const lineItems = mergeLines(parcels.flatMap((parcel) => parcel.lineItems));
    if (lineItems.length === 0 || (trackingNumber && isOfAllKnown)) return [];
    return [{ id: returnId(id, by, trackingNumber ?? ''), by, at, lineItems, reason: null, refund: null }];
  });
}

/**
 * The order with these returns; the very order passed in where they say nothing new. When a return is told again the
 * larger figures stand, so the sequence does not matter.
 */
export function applyReturns(order: Order, told: readonly Return[]): { order: Order; timeline: Told[] } {
  const returns = new Map((order.returns ?? []).map((each) => [each.id, each]));
  const known = new Set(returns.keys());
  for (const each of told) returns.set(each.id, mergeReturn(returns.get(each.id), each));
  const all = [...returns.values()].sort((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id));
  if (sameContent(all, order.returns ?? [])) return { order, timeline: [] };
  return { order: derive({ ...order, returns: all }), timeline: all.filter(({ id }) => !known.has(id)).map(tell) };
}

function mergeReturn(known: Return | undefined, told: Return): Return {
  if (!known) return told;
  const units = sumByLine(told.lineItems);
  for (const { id, quantity } of known.lineItems) units.set(id, Math.max(quantity, units.get(id) ?? 0));
  const amounts = [known.refund, told.refund].flatMap((refund) => refund?.amount ?? []);
  return {
    ...known,
    at: firstOf([known.at, told.at]) ?? known.at,
    lineItems: [...units].map(([id, quantity]) => ({ id, quantity })).sort((a, b) => compareText(a.id, b.id)),
    reason: firstOf([known, told].flatMap(({ reason }) => reason ?? [])) ?? null,
    refund: amounts.length === 0 ? null : { amount: Math.max(...amounts) },
  };
}

const tell = ({ id, lineItems, refund }: Return): Told => ({
  type: 'order.returned',
  detail: { return: id, lineItems, ...(refund && { refund }) },
});
