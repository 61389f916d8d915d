import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import { exponentOf, toMinor } from '#lib/platform/money';
import { toInstant } from '#lib/platform/time';
import type { Change, InboundBody } from '../contract.ts';
import { countryCode } from '../kit/country.ts';
import { INEXACT, member, textOf } from '../kit/json.ts';
import { defined, readShape, unreadable } from '../kit/shape.ts';
import { ListedOrder, Order, Product, type Row } from './api.ts';
import { Settings } from './settings.ts';
import { findId } from './webhook.ts';

/** Webhooks and the list of orders only say what to read; what is read back is an order or a product. */
export function map({ topic, body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const own = Settings.parse(settings);
  if (topic === 'order') return { type: 'order', order: mapOrder(body, receivedAt, own) };
  if (topic === 'product') return mapProduct(body, receivedAt, own);
  if (topic === 'order-listed') return mapListed(body, receivedAt, own);
  const action = topic.startsWith('product') ? 'product' : 'order';
  const resource = findId(body, action);
  if (resource === '') throw unreadable('id', INEXACT);
  if (resource === undefined) throw unreadable('id', `expected the id of the ${action}`);
  return { type: 'fetch', action, resource };
}

function mapListed(body: unknown, receivedAt: string, settings: Settings): Change {
  const { id, ...times } = readShape(ListedOrder, body);
  const version = versionOf(times, receivedAt, settings);
  const unless = version === null ? {} : { unless: { externalId: id, version } };
  return { type: 'fetch', action: 'order', resource: id, ...unless };
}

function mapOrder(body: unknown, receivedAt: string, settings: Settings): OrderSnapshot {
  const order = readShape(Order, body);
  const currency = order.currency.toUpperCase();
  const minor = (value: string, field: string) => toMinor(value, currency, field);
  const placedAt = toInstant(order.created_at, 'created_at', settings.timeZone);
  return {
    externalId: order.id,
    number: order.number ?? order.id,
    placedAt,
    // Sello says that an order is paid, and not when: the time of a later change would be wrong.
    paidAt: order.is_paid ? placedAt : null,
    version: versionOf(order, receivedAt, settings),
    cancelled: order.is_deleted,
    currency,
    taxIncluded: settings.pricesIncludeTax,
    ...mapPeople(order),
    shippingMethod: order.shipping_option ?? null,
    lines: order.rows.map((row, index) => mapRow(row, `rows[${index}]`, order.is_delivered, minor)),
    amounts: {
      fulfillment: minor(order.shipping_cost ?? '0', 'shipping_cost'),
      tax: order.rows.reduce((sum, row, index) => sum + mapVat(row, currency, `rows[${index}].total_vat`), 0),
      discount: 0,
      total: minor(order.total, 'total'),
    },
  };
}

type Minor = (value: string, field: string) => number;

/** `price` is of one piece; `identifier` is an EAN only where its type says so. */
function mapRow(row: Row, at: string, delivered: boolean, minor: Minor): SnapshotLine {
  const { id, quantity, identifier } = row;
  const sku = row.reference ?? identifier ?? row.product_id ?? id;
  return {
    id,
    sku,
    ...defined({ ean: /^(ean|gtin)$/i.test(row.identifier_type ?? '') ? identifier : undefined }),
    title: row.title ?? sku,
    quantity,
    ...(delivered && { fulfilled: quantity }),
    unitPrice: minor(row.price, `${at}.price`),
  };
}

/** Computed by Sello from the rate and not rounded, so it may have any number of decimals. */
const mapVat = ({ total_vat = '0' }: Row, currency: string, field: string): number =>
  toMinor(Number(total_vat).toFixed(exponentOf(currency, field)), currency, field, { allowNegative: true });

function mapPeople(order: Order): Pick<OrderSnapshot, 'buyer' | 'shippingAddress'> {
  const buyer = defined({
    first_name: order.customer_first_name,
    last_name: order.customer_last_name,
    email: order.customer_email,
    phone_number: order.customer_mobile ?? order.customer_phone,
  });
  const address = defined({
    street_address: order.customer_address,
    extended_address: order.customer_address_2,
    postal_code: order.customer_zip,
    address_locality: order.customer_city,
    address_country: countryCode(order.customer_country_code, 'customer_country_code'),
  });
  return { buyer, shippingAddress: { ...buyer, ...address } };
}

/** A product of the list or read alone. Its reference is the SKU that rows sell it under. */
function mapProduct(body: unknown, receivedAt: string, settings: Settings): Change {
  const { id, private_reference: sku, private_name: title, quantity, integrations, ...rest } = readShape(Product, body);
  if (sku === undefined) return { type: 'none', reason: `product ${id} has no reference to sell it under` };
  const active = integrations && Object.values(integrations).some((integration) => integration.active);
  const snapshot = { sku, externalId: id, version: versionOf(rest, receivedAt, settings) };
  return {
    type: 'products',
    products: [{ ...snapshot, ...defined({ title, quantity, enabled: active, ean: eanOf(rest.properties) }) }],
  };
}

function eanOf(properties: Array<{ property?: string | undefined; value: unknown }> = []): string | undefined {
  const found = properties.find(({ property }) => /^(ean|gtin)$/i.test(property ?? ''))?.value;
  return textOf(member(found, 'default') ?? found) || undefined;
}

interface Times {
  created_at?: string | undefined;
  updated_at?: string | undefined;
}

/**
 * When the source last changed; null where it does not say. Sello tells whole seconds: of two readings within the second
 * of the change the later one knows more, so the milliseconds say how long after the change it was read, up to 999.
 */
function versionOf({ updated_at, created_at }: Times, receivedAt: string, settings: Settings): string | null {
  const changed = changedAt(updated_at, 'updated_at', settings) ?? changedAt(created_at, 'created_at', settings);
  if (!changed?.endsWith('.000Z')) return changed;
  const read = Date.parse(receivedAt) - Date.parse(changed);
  return new Date(Date.parse(changed) + Math.min(999, Math.max(0, read))).toISOString();
}

const changedAt = (value: string | undefined, field: string, { timeZone }: Settings): string | null =>
  value === undefined ? null : toInstant(value, field, timeZone);
