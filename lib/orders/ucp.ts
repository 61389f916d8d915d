import { ERP } from '#lib/connections/connection';
import { compareText, sameContent } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { sum } from '#lib/platform/sum';
import {
  UCP_VERSION,
  type UcpAdjustment,
  type UcpFulfillmentEvent,
  type UcpLineItem,
  type UcpOrder,
} from '#lib/ucp/order';
import { toUri } from '#lib/ucp/uri';
import { isSameDestination } from './destination.ts';
import { earliestFirst } from './history.ts';
import { mergeLines, minus } from './line-quantities.ts';
import {
  type Address,
  type Fulfillment,
  type LineQuantity,
  type OrderCore,
  type OrderSnapshot,
  type Placement,
  returnId,
  type ShipmentEvent,
  type SnapshotLine,
  type Stamp,
} from './order.ts';
import { type CountedLine, countLines } from './status.ts';
import { trackingPage } from './tracking-page.ts';
import { buildTotals, lineTotals } from './ucp-totals.ts';

/** The UCP order (`order.json`, 2026-04-08) of what the hub keeps. Pure: the same parts give the same document. */
export function buildUcp(core: OrderCore, shippingAddress: Address): UcpOrder {
  const { snapshot } = core.history;
  const lines = countLines(core.history, core.fulfillments);
  return {
    ucp: { version: UCP_VERSION, capabilities: { 'dev.ucp.shopping.order': [{ version: UCP_VERSION }] } },
    id: core.id,
    ...(snapshot.number && { label: snapshot.number }),
    checkout_id: snapshot.checkoutId || `checkout_${shortHash(core.id)}`,
    permalink_url: toUri(snapshot.permalinkUrl) ?? placeholderUrl(core.id),
    currency: snapshot.currency,
    line_items: lines.map(buildLine),
    fulfillment: {
      expectations: buildExpectations(core, shippingAddress, lines),
      events: buildEvents(core, new Set(lines.map(({ line }) => line.id))),
    },
    adjustments: buildAdjustments(core, lines),
    totals: buildTotals(snapshot),
  };
}

// UCP requires a permalink, and few sources have one. `.invalid` never resolves (RFC 2606): nobody takes it for a page.
const PLACEHOLDER = 'https://orders.longshore.invalid';
const placeholderUrl = (orderId: string): string => `${PLACEHOLDER}/${encodeURIComponent(orderId.toWellFormed())}`;

/** The UCP order as a hub at this address shows it: without a page of its source it has the hub's own. */
export const withPage = (ucp: UcpOrder, hub: string): UcpOrder => ({
  ...ucp,
  permalink_url: ucp.permalink_url.replace(PLACEHOLDER, `${hub}/console/orders`),
});

function buildLine({ line, original, total, fulfilled, vanished }: CountedLine): UcpLineItem {
  const { id, sku, title, unitPrice, ean, parentId } = line;
  const image_url = toUri(line.imageUrl);
  return {
    id,
    item: { id: sku, title, price: unitPrice, ...(ean && { ean }), ...(image_url && { image_url }) },
    ...(parentId && { parent_id: parentId }),
    quantity: { original, total, fulfilled },
    totals: vanished ? lineTotals({ ...line, quantity: 0, total: 0 }) : lineTotals(line),
    status: lineStatus(total, fulfilled),
  };
}

/** A line's status as the specification's prose derives it. */
function lineStatus(total: number, fulfilled: number): UcpLineItem['status'] {
  if (total === 0) return 'removed';
  if (fulfilled === total) return 'fulfilled';
  return fulfilled > 0 ? 'partial' : 'processing';
}

const DESTINATION = [
  'first_name',
  'last_name',
  'street_address',
  'extended_address',
  'address_locality',
  'address_region',
  'postal_code',
  'address_country',
  'phone_number',
] as const satisfies ReadonlyArray<keyof Address>;

type Expectation = UcpOrder['fulfillment']['expectations'][number];

/**
 * Expectations as the source tells them, of what is still wanted; of the rest one for each shipper, and one for what
 * nobody has been asked for, to the address or pickup point.
 */
export function buildExpectations(
  core: OrderCore,
  address: Address,
  lines: readonly CountedLine[] = countLines(core.history, core.fulfillments),
): Expectation[] {
  const { shippingMethod, pickupPoint, shipBy, expectations = [], shippingAddress } = core.history.snapshot;
  const wanted = new Map(lines.filter(({ total }) => total > 0).map(({ line, total }) => [line.id, total]));
  const take = takerOf(wanted);
  const isNumbered = new Set(expectations.flatMap(({ id }) => id ?? [])).size < expectations.length;
  const told = expectations.map(
    ({ id = '', lineItems, methodType, destination, description, fulfillableOn }, index) => ({
      id: isNumbered ? `exp_${index + 1}` : id,
      line_items: lineItems.flatMap(take),
      method_type: methodType,
      // A correction is of the shipping address, so it leaves expectations with an address of their own alone.
      destination: destinationOf(
        core.correctedAddress && methodType === 'shipping' && isSameDestination(destination, shippingAddress)
          ? address
          : destination,
      ),
      ...(description && { description }),
      ...(fulfillableOn && { fulfillable_on: fulfillableOn }),
    }),
  );
  const parcel = {
    method_type: pickupPoint ? ('pickup' as const) : ('shipping' as const),
    destination: destinationOf(address),
    ...(shippingMethod && { description: shippingMethod }),
    ...(shipBy && { fulfillable_on: shipBy }),
  };
  const held = sharesOf(core).map(([by, share]) => [by, share.flatMap(take)] as const);
  const rest = [...wanted].map(([id, quantity]) => ({ id, quantity })).flatMap(take);
  const shares = [...held, ['', rest] as const].map(([by, line_items]) => ({
    // The id stays the same for a shipper whoever else has a share, and does not tell the buyer who it is.
    id: `exp_${shortHash(core.id, by)}`,
    ...{ line_items, ...parcel },
  }));
  return [...told, ...shares].filter(({ line_items }) => line_items.length > 0);
}

/** Takes units of a line out of what is left of it. */
const takerOf =
  (left: Map<string, number>) =>
  ({ id, quantity }: LineQuantity): LineQuantity[] => {
    const taken = Math.min(left.get(id) ?? 0, quantity);
    left.set(id, (left.get(id) ?? 0) - taken);
    return taken > 0 ? [{ id, quantity: taken }] : [];
  };

/** What each shipper was asked for, and what the seller ships. The channel stands for a shipper yet to be found. */
function sharesOf({
  connection: channel,
  placements,
  own = [],
}: OrderCore): Array<[by: string, share: LineQuantity[]]> {
  const asked = placements.filter(({ connection }) => connection !== channel);
  const byShipper = Map.groupBy(asked, ({ connection }) => connection);
  const units = ({ lineItems = [], less = [] }: Placement) => minus(lineItems, less);
  const shares = [...byShipper].map(([by, all]): [string, LineQuantity[]] => [by, mergeLines(all.flatMap(units))]);
  return [...shares, [ERP, own]];
}

const destinationOf = (address: Address): Record<string, string> =>
  Object.fromEntries(DESTINATION.flatMap((name) => (address[name] ? [[name, address[name]]] : [])));

/*
 * What changed after the sale, each change with an id that never changes and the instant when it was first told, or when
 * its source says that it was. Totals are what the units cost, unless their source tells otherwise;
 * refunds are the sales channel's business, unless it tells of one.
 */
function buildAdjustments(core: OrderCore, lines: readonly CountedLine[]): UcpAdjustment[] {
  const { snapshot, cancelledAt, levels = [], vanished } = core.history;
  const levelsOf = Map.groupBy(levels, ({ id }) => id);
  const goneAt = new Map(vanished.map(({ id, version }) => [id, version]));
  const stopped = lines
    .filter(
      ({ line, total, vanished: isGone }) => snapshot.cancelled && !line.cancelled && !isGone && line.quantity > total,
    )
    .map((counted): [CountedLine, number] => [counted, counted.line.quantity - counted.total]);
  const ids = new Set(lines.map(({ line }) => line.id));
  const known = (all: readonly LineQuantity[]) => all.filter(({ id }) => ids.has(id));
  // The channel and a shipper may tell of the same units.
  const take = takerOf(new Map(lines.map(({ line, original, total }) => [line.id, Math.max(original, total)])));
  const returned = (core.returns ?? []).map(
    ({ id, at, lineItems, reason, refund }): UcpAdjustment => ({
      id: `adj_${id}`,
      type: 'return',
      occurred_at: at,
      status: 'completed',
      line_items: lineItems.flatMap(take).map((line) => ({ id: line.id, quantity: -line.quantity })),
      ...(refund && { totals: [{ type: 'total', amount: 0 - refund.amount }] }),
      ...(reason && { description: reason }),
    }),
  );
  const { cancelled = [], others = [] } = Object.groupBy(snapshot.adjustments ?? [], ({ type, status }) =>
    type === 'cancellation' && status === 'completed' ? 'cancelled' : 'others',
  );
  const told = others.map(
    ({ id, at, lineItems, totals, ...adjustment }): UcpAdjustment => ({
      id: `adj_${returnId(core.id, core.connection, id)}`,
      ...adjustment,
      occurred_at: at,
      ...(known(lineItems).length > 0 && { line_items: known(lineItems) }),
      ...(totals.length > 0 && { totals: signedOf(totals) }),
    }),
  );
  // A return that was completed once stays completed, whatever its source says later.
  const isReturned = new Set(returned.map(({ id }) => id));
  const reduced = [
    ...lines.flatMap((counted) => {
      const { id } = counted.line;
      return editsOf(core.id, counted, levelsOf.get(id) ?? [], goneAt.get(id));
    }),
    ...(cancelledAt === null ? [] : [adjust(core.id, ['cancellation'], cancelledAt, stopped, snapshot.cancelled)]),
  ];
  const all = [...reduced.map(sourcesOf(cancelled)), ...returned, ...told.filter(({ id }) => !isReturned.has(id))];
  return all.sort((a, b) => compareText(a.occurred_at, b.occurred_at) || compareText(a.id, b.id));
}

/** Gives a cancellation the time and words of its source, and its amounts where the source tells of the same units. */
function sourcesOf(told: NonNullable<OrderSnapshot['adjustments']>): (adjustment: UcpAdjustment) => UcpAdjustment {
  const used = new Set<string>();
  return (adjustment) => {
    if (adjustment.type !== 'cancellation' || adjustment.status !== 'completed') return adjustment;
    const units = adjustment.line_items ?? [];
    const isOf = (id: string, lineItems: readonly LineQuantity[]) =>
      units.length > 0 &&
      units.every((unit) => !used.has(`${id} ${unit.id}`) && lineItems.some((line) => sameContent(line, unit)));
    const ofAll = told.find(({ lineItems }) => lineItems.length === 0);
    const source = told.find(({ id, lineItems }) => isOf(id, lineItems)) ?? ofAll;
    if (!source) return adjustment;
    for (const { id } of units) used.add(`${source.id} ${id}`);
    const { at, description, totals, lineItems } = source;
    const back = totals.some(({ type, amount }) => type === 'total' && amount <= 0) && signedOf(totals);
    const isAll = back && units.length > 0 && lineItems.length === units.length;
    return { ...adjustment, occurred_at: at, ...(isAll && { totals: back }), ...(description && { description }) };
  };
}

/** An adjustment's totals; without a breakdown that has signs which UCP's schema forbids, such as tax paid back. */
const signedOf = <T extends { type: string; amount: number }>(totals: T[]): T[] =>
  totals.every(({ type, amount }) =>
    /^(items_)?discount$/.test(type) ? amount < 0 : amount >= 0 || !/^(subtotal|fulfillment|tax|fee)$/.test(type),
  )
    ? totals
    : totals.filter(({ type }) => type === 'total');

/**
 * One adjustment for each quantity that a line ever had besides the original: its difference from the nearest quantity
 * told before, on the way from the original. Those that lead to the present quantity count, and add up to it.
 */
function editsOf(
  orderId: string,
  counted: CountedLine,
  levels: readonly (Stamp & { quantity: number })[],
  goneAt: string | undefined,
): UcpAdjustment[] {
  const { line, original, total, vanished } = counted;
  const told = levels
    .filter(({ quantity }) => quantity !== original)
    .sort(earliestFirst)
    .map(({ quantity, version }, index, all) => {
      const before = [original, ...all.slice(0, index).map((each) => each.quantity)];
      const from =
        quantity < original
          ? Math.min(...before.filter((each) => each > quantity && each <= original))
          : Math.max(...before.filter((each) => each < quantity && each >= original));
      return { quantity, version, from };
    });
  const leadingTo = (level: number): number[] => {
    const last = told.find(({ quantity }) => quantity === level);
    return last ? [...leadingTo(last.from), level] : [];
  };
  const path = leadingTo(line.quantity);
  const isOff = line.cancelled && line.quantity > 0;
  const isGone = vanished && !line.cancelled && line.quantity > 0 && goneAt !== undefined;
  // What left before a line was cancelled stays on it.
  const unitsOf = ({ quantity, from }: (typeof told)[number]): number => {
    if (isOff && quantity === 0) return (path.at(-1) ?? original) - total;
    // A line that began with none has no reduction to none: what was added and is off again was not added.
    if (isOff && original === 0 && path.includes(quantity)) return Math.min(from, total) - Math.min(quantity, total);
    return path.includes(quantity) ? from - quantity : 0;
  };
  return [
    ...told.map((step) => {
      const { quantity, version } = step;
      const units = unitsOf(step);
      const what = ['reduction', line.id, `${quantity}`];
      const edit = adjust(orderId, what, version, units === 0 ? [] : [[counted, units]]);
      return quantity > original ? { ...edit, type: 'addition' } : edit;
    }),
    // The original quantity names no other reduction or addition, so this id is free.
    ...(isGone ? [adjust(orderId, ['reduction', line.id, `${original}`], goneAt, [[counted, line.quantity]])] : []),
  ];
}

/**
 * Units that are no longer wanted: one adjustment, however often the source says so. If they are wanted again, it
 * stays, as it was shown once, but without units and as `failed`.
 */
function adjust(
  orderId: string,
  what: string[],
  at: string,
  units: Array<[CountedLine, number]>,
  isStanding = units.length > 0,
): UcpAdjustment {
  const amount = sum(units.map(([{ line, original }, quantity]) => worthOf(line, quantity, original)));
  return {
    id: `adj_${shortHash(orderId, ...what)}`,
    type: 'cancellation',
    occurred_at: at,
    status: isStanding ? 'completed' : 'failed',
    ...(units.length > 0 && {
      line_items: units.map(([{ line }, quantity]) => ({ id: line.id, quantity: -quantity })),
      totals: [{ type: 'total', amount: 0 - amount }],
    }),
  };
}

/**
 * What units of a line cost, rounded half up. The line's price counts where it has no units left, or where its source
 * still totals all the units there ever were.
 */
const worthOf = ({ unitPrice, quantity, total }: SnapshotLine, units: number, original: number): number =>
  total === undefined || quantity === 0 || total === unitPrice * original
    ? unitPrice * units
    : Math.round((total * units) / quantity);

/** UCP's log of the parcels: each parcel as `shipped`, then what its carrier told of it. */
function buildEvents(core: OrderCore, known: ReadonlySet<string>): UcpFulfillmentEvent[] {
  const { fulfillments, shipmentEvents } = core;
  const byNumber = Map.groupBy(fulfillments, ({ trackingNumber }) => trackingNumber);
  const told = shipmentEvents.map((event) => ({
    event,
    // A channel may repeat what it was told of a parcel, whoever shipped that parcel.
    parcels: (byNumber.get(event.trackingNumber ?? '') ?? []).filter(
      ({ by }) => by === event.by || event.by === core.connection,
    ),
  }));
  // Readers who add up shipped units must count a parcel once: a carrier's `shipped` stands for the parcel's own.
  const left = told.filter(({ event, parcels }) => parcels.length > 0 && event.type === 'shipped');
  const events = [
    ...fulfillments.map((parcel) => {
      const { id, shippedAt, carrier, trackingNumber } = parcel;
      const { at = shippedAt, description = '' } = left.find(({ parcels }) => parcels.includes(parcel))?.event ?? {};
      // A tracking number may be known before anything was shipped.
      return toEvent({ id, type: 'shipped', at, trackingNumber, carrier, description }, [parcel], known);
    }),
    // Two shippers may number their events alike.
    ...told
      .filter((each) => !left.includes(each))
      .map(({ event, parcels }) => toEvent({ ...event, id: `${event.by}:${event.id}` }, parcels, known)),
  ];
  return events.sort((a, b) => compareText(a.occurred_at, b.occurred_at) || compareText(a.id, b.id));
}

function toEvent(
  { id, at, type, trackingNumber, description, lineItems: told = [], ...event }: Omit<ShipmentEvent, 'by'>,
  parcels: readonly Fulfillment[],
  known: ReadonlySet<string>,
): UcpFulfillmentEvent {
  const [parcel] = parcels;
  const carrier = event.carrier || parcel?.carrier;
  const byCarrier = trackingPage(parcel?.carrier || carrier || '', trackingNumber ?? '');
  const url = toUri(parcel?.trackingUrl || event.trackingUrl) ?? byCarrier;
  const inside = parcels.length > 0 ? parcels.flatMap(({ lineItems }) => lineItems) : told;
  return {
    ...{ id, occurred_at: at, type },
    // A shipper may name lines that are not on the order (any more): events refer only to those that are.
    line_items: mergeLines(inside).filter((line) => known.has(line.id)),
    ...(trackingNumber && { tracking_number: trackingNumber }),
    ...(url && { tracking_url: url }),
    ...(carrier && { carrier }),
    ...(description && { description }),
  };
}
