import { ERP } from '#lib/connections/connection';
import { compareText } from '#lib/platform/canonical-json';
import { shortHash } from '#lib/platform/hash';
import { UCP_VERSION, type UcpFulfillmentEvent, type UcpLineItem, type UcpOrder } from '#lib/ucp/order';
import { toUri } from '#lib/ucp/uri';
import { isSameDestination } from './destination.ts';
import { mergeLines, minus, takerOf } from './line-quantities.ts';
import type { Address, Fulfillment, LineQuantity, OrderCore, Placement, ShipmentEvent } from './order.ts';
import { type CountedLine, countLines } from './status.ts';
import { trackingPage } from './tracking-page.ts';
import { buildAdjustments } from './ucp-adjustments.ts';
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
