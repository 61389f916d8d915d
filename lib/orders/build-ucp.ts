import { shortHash } from '#lib/platform/hash';
import { UCP_VERSION, type UcpAdjustment, type UcpLineItem, type UcpOrder } from '#lib/ucp/order';
import { toUri } from '#lib/ucp/uri';
import { buildEvents } from './build-events.ts';
import { buildTotals, lineTotals } from './build-totals.ts';
import type { OrderCore } from './derive.ts';
import type { Address } from './order.ts';
import { type CountedLine, countLines } from './quantities.ts';

/** The UCP order (`order.json`, 2026-04-08) of what the hub keeps. Pure: the same parts give the same document. */
export function buildUcp(core: OrderCore, shippingAddress: Address): UcpOrder {
  const { snapshot, cancelledAt } = core.history;
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
      expectations: buildExpectations(core, lines, shippingAddress),
      events: buildEvents(core, new Set(lines.map(({ line }) => line.id))),
    },
    adjustments: snapshot.cancelled && cancelledAt ? [cancellation(core.id, cancelledAt, lines)] : [],
    totals: buildTotals(snapshot),
  };
}

// UCP requires a permalink and few sources have one. `.invalid` never resolves (RFC 2606), so nobody mistakes it for a page.
const placeholderUrl = (orderId: string): string =>
  `https://orders.longshore.invalid/${encodeURIComponent(orderId.toWellFormed())}`;

function buildLine({ line, original, total, fulfilled, vanished }: CountedLine): UcpLineItem {
  const { id, sku, title, unitPrice, ean } = line;
  return {
    id,
    item: { id: sku, title, price: unitPrice, ...(ean && { ean }) },
    quantity: { original, total, fulfilled },
    totals: vanished ? lineTotals({ ...line, quantity: 0, total: 0 }) : lineTotals(line),
    status: lineStatus(total, fulfilled),
  };
}

/** As the specification's prose derives it. */
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

function buildExpectations(
  { history }: OrderCore,
  lines: readonly CountedLine[],
  address: Address,
): UcpOrder['fulfillment']['expectations'] {
  const expected = lines.filter(({ total }) => total > 0).map(({ line, total }) => ({ id: line.id, quantity: total }));
  if (expected.length === 0) return [];
  const destination: Record<string, string> = {};
  for (const member of DESTINATION) {
    const value = address[member];
    if (value) destination[member] = value;
  }
  const { shippingMethod } = history.snapshot;
  return [
    {
      id: 'exp_1',
      line_items: expected,
      method_type: 'shipping',
      destination,
      ...(shippingMethod && { description: shippingMethod }),
    },
  ];
}

/** One adjustment, however often the source says cancelled: its id and instant never change. */
function cancellation(orderId: string, cancelledAt: string, lines: readonly CountedLine[]): UcpAdjustment {
  const reduced = lines
    .filter(({ line, total, vanished }) => !vanished && line.quantity > total)
    .map(({ line, total }) => ({ id: line.id, quantity: total - line.quantity }));
  return {
    id: `adj_${shortHash(orderId, 'cancellation')}`,
    type: 'cancellation',
    occurred_at: cancelledAt,
    status: 'completed',
    ...(reduced.length > 0 && { line_items: reduced }),
  };
}
