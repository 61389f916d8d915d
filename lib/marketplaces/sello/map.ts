import type { Connection } from '#lib/connections/connection';
import type { OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import type { Payment } from '#lib/orders/order-schema';
import { checkCurrency } from '#lib/platform/money';
import type { Change, InboundBody } from '../contract.ts';
import { type AmountReader, readEither, sum, takeDiscounts } from '../kit/amounts.ts';
import { instantIn } from '../kit/clock.ts';
import { countryCode } from '../kit/country.ts';
import { isObject, member, numbersIn, textOf } from '../kit/json.ts';
import { findNamedId } from '../kit/named-id.ts';
import { isOnDelivery } from '../kit/on-delivery.ts';
import { defined, flag, readShape, unreadable } from '../kit/shape.ts';
import { entryFor } from '../kit/tables.ts';
import { ListedOrder, Order, Product, type Row } from './api.ts';
import { Settings } from './settings.ts';

/** Webhooks and the list of orders only name what to read; the order or product is then read. */
export function map({ topic, body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const own = Settings.parse(settings);
  if (topic === 'order') return mapOrder(body, receivedAt, own);
  if (topic === 'product') return mapProduct(body);
  if (topic === 'order-listed') return mapListed(body, receivedAt, own);
  const action = topic.startsWith('product') ? 'product' : 'order';
  const resource =
    findNamedId(body, [[`${action}_id`], [action, 'id'], [action], ['id'], ['data'], []]) ?? onlyNumberIn(body);
  if (resource === undefined) throw unreadable('id', `expected the id of the ${action}`);
  if (topic === 'order-gone') return { type: 'gone', externalId: resource };
  if (topic === 'product-gone') return { type: 'none', reason: `Sello no longer has product ${resource}` };
  return { type: 'fetch', action, resource };
}

/** "Will only contain the ID of the order or the ID of the product": the document does not say under which name. */
function onlyNumberIn(body: unknown): string | undefined {
  const [only, ...others] = numbersIn(body);
  return others.length > 0 ? undefined : textOf(only) || undefined;
}

const NOT_OURS: Change = { type: 'none', reason: 'placed before settings.since' };

function mapListed(body: unknown, receivedAt: string, settings: Settings): Change {
  const { id, updated_at, created_at } = readShape(ListedOrder, body);
  if (isBefore(settings, instantIn(created_at, settings.timeZone))) return NOT_OURS;
  const version = versionOf(instantIn(updated_at, settings.timeZone), receivedAt);
  return { type: 'fetch', action: 'order', resource: id, unless: { externalId: id, version } };
}

const isBefore = ({ since }: Settings, placedAt: string | null): boolean =>
  since !== undefined && placedAt !== null && Date.parse(placedAt) < Date.parse(since);

function mapOrder(body: unknown, receivedAt: string, settings: Settings): Change {
  const order = readShape(Order, body);
  const currency = order.currency.toUpperCase();
  checkCurrency(currency, 'currency');
  if (isBefore(settings, instantIn(order.created_at, settings.timeZone))) return NOT_OURS;
  return { type: 'order', order: readEither(currency, (amounts) => snapshotOf(order, receivedAt, settings, amounts)) };
}

function snapshotOf(order: Order, receivedAt: string, settings: Settings, amounts: AmountReader): OrderSnapshot {
  const createdAt = amounts.instant(order.created_at, 'created_at', settings.timeZone);
  if (createdAt === null) amounts.assume('created_at', 'is missing: when it was read');
  const placedAt = createdAt ?? receivedAt;
  const payment = paymentOf(order, settings);
  const { tax, ...goods } = mapRows(order, settings, amounts);
  return {
    externalId: order.id,
    number: order.number ?? order.id,
    placedAt,
    ...(createdAt === null && { timesAssumed: true as const }),
    // Sello says that an order is paid, not when: the time of a later change would be wrong.
    paidAt: payment.state === 'paid' ? placedAt : null,
    version: versionOf(amounts.instant(order.updated_at, 'updated_at', settings.timeZone), receivedAt),
    cancelled: order.is_deleted,
    currency: order.currency.toUpperCase(),
    taxIncluded: settings.pricesIncludeTax,
    ...mapPeople(order, amounts),
    ...defined({ note: order.notes, market: marketOf(order, settings) }),
    payment,
    ...(isArchived(order) && { held: 'it is neither active nor delivered at Sello' }),
    shippingMethod: order.shipping_option ?? null,
    ...goods,
    amounts: amountsOf(order, goods, { tax, added: settings.pricesIncludeTax ? 0 : tax }, amounts),
    ...amounts.assumed(),
  };
}

/** Adding a note to an order from years ago updates it, but must not make the hub ship it. */
const isArchived = ({ is_active, is_delivered, is_deleted }: Order): boolean =>
  !is_active && !is_delivered && !is_deleted;

/** The marketplace an order was sold on, and the buyer's number for it there; undefined if neither is told. */
function marketOf(
  { integration_id = '', integration_name, market_reference }: Order,
  { markets }: Settings,
): OrderSnapshot['market'] | undefined {
  const name = markets[integration_id] ?? integration_name ?? null;
  return name === null && market_reference === undefined ? undefined : { name, reference: market_reference ?? null };
}

/** The document lists no payment options. `is_paid` is the account's view, but cash on delivery is paid on arrival. */
function paymentOf({ payment_option: method = '', is_paid }: Order, { payments }: Settings): Payment {
  const state = entryFor(payments, method) ?? (isOnDelivery(method) ? 'on_delivery' : 'pending');
  return { method: method || null, state: is_paid && state !== 'on_delivery' ? 'paid' : state };
}

type Goods = Pick<OrderSnapshot, 'lines' | 'discounts'>;

/** The rows as lines and discounts. `tax` is the sum over all rows. */
function mapRows({ rows, is_delivered }: Order, settings: Settings, amounts: AmountReader): Goods & { tax: number } {
  const all = rows.map((row, index): SnapshotLine => {
    const at = `rows[${index}]`;
    const unitPrice = amounts.minor(row.price, `${at}.price`);
    const taxed = taxOf(row, unitPrice * row.quantity, { at, ...settings }, amounts);
    return { ...mapRow(row), ...(is_delivered && sent(row)), unitPrice, ...taxed };
  });
  const tax = sum(all.map(({ tax = 0 }) => tax));
  if (tax < 0) amounts.assume('rows[].total_vat', 'add up to less than 0, counted as 0');
  return { ...takeDiscounts(all), tax: Math.max(0, tax) };
}

const sent = ({ quantity }: Row) => ({ fulfilled: quantity, fulfilledWithAll: true as const });

/** `identifier` is an EAN only where its type says so. */
function mapRow(row: Row): Omit<SnapshotLine, 'unitPrice'> {
  const { id, quantity, identifier, stock_location: stockLocation } = row;
  const sku = row.reference ?? identifier ?? row.product_id ?? id;
  const ean = isBarcode(row.identifier_type) ? identifier : undefined;
  return { id, sku, title: row.title ?? sku, quantity, ...defined({ ean, stockLocation }) };
}

const isBarcode = (type = ''): boolean => /^(ean|gtin|upc|isbn)$/i.test(type);

/** The tax: "Total VAT for this row", else computed from the row's rate. */
function taxOf(
  row: Row,
  worth: number,
  { at, pricesIncludeTax }: Pick<Settings, 'pricesIncludeTax'> & { at: string },
  amounts: AmountReader,
): Pick<SnapshotLine, 'tax' | 'taxRate'> {
  const given = amounts.control(row.total_vat, `${at}.total_vat`);
  const taxRate = amounts.rate(row.tax, `${at}.tax`);
  if (taxRate === undefined) return defined({ tax: given });
  const computed = Math.round((worth * taxRate) / (pricesIncludeTax ? 100 + taxRate : 100));
  if (given === undefined) amounts.assume(`${at}.total_vat`, 'computed from the rate, as it is missing');
  // The tax of one unit may have been rounded before it was multiplied.
  else if (Math.abs(given - computed) > Math.abs(row.quantity))
    amounts.assume(`${at}.total_vat`, 'kept, though it does not follow from price and rate');
  return { taxRate, tax: given ?? computed };
}

/** A missing total is summed up from the parts. `added` is the tax that prices do not include. */
function amountsOf(
  order: Order,
  { lines, discounts = [] }: Goods,
  { tax, added }: { tax: number; added: number },
  amounts: AmountReader,
): OrderSnapshot['amounts'] {
  const goods = sum(lines.map(({ unitPrice, quantity }) => unitPrice * quantity));
  const discount = sum(discounts.map(({ amount }) => amount));
  const fulfillment = Math.max(0, amounts.control(order.shipping_cost, 'shipping_cost') ?? 0);
  const total = amounts.control(order.total, 'total');
  if (total === undefined) amounts.assume('total', 'summed up from shipping and rows');
  return { fulfillment, tax, discount, total: total ?? goods - discount + fulfillment + added };
}

function mapPeople(order: Order, { assume }: AmountReader): Pick<OrderSnapshot, 'buyer' | 'shippingAddress'> {
  const { customer_first_name: first_name, customer_last_name } = order;
  const alias = first_name === undefined && customer_last_name === undefined ? order.customer_alias : undefined;
  if (alias !== undefined) assume('customer_last_name', 'taken from customer_alias');
  const buyer = defined({
    first_name,
    last_name: customer_last_name ?? alias,
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

/**
 * A product, from the list or read alone. Its `private_reference` is the SKU of rows that sell it. The documented
 * product has sold for years with `updated_at` null, so there is no version: a later reading always counts.
 */
function mapProduct(body: unknown): Change {
  const { id, private_reference: sku, private_name: title, quantity, ...rest } = readShape(Product, body);
  if (sku === undefined) return { type: 'none', reason: `product ${id} has no reference to sell it under` };
  const { integrations } = rest;
  const enabled = isObject(integrations)
    ? Object.values(integrations).some((one) => flag.safeParse(member(one, 'active')).data)
    : undefined;
  const more = defined({ title, quantity, enabled, ean: eanOf(rest.properties) });
  return { type: 'products', products: [{ sku, externalId: id, version: null, ...more }] };
}

function eanOf(properties: Array<{ property?: string | undefined; value: unknown }> = []): string | undefined {
  const found = properties.find(({ property }) => isBarcode(property))?.value;
  return textOf(member(found, 'default') ?? found) || undefined;
}

/**
 * When Sello last changed the order; null if it does not say. Sello gives whole seconds, so the milliseconds are how
 * long after the change the order was read, at most 999: of two readings within that second, the later one counts.
 */
function versionOf(changed: string | null, receivedAt: string): string | null {
  if (!changed?.endsWith('.000Z')) return changed;
  const read = Date.parse(receivedAt) - Date.parse(changed);
  return new Date(Date.parse(changed) + Math.min(999, Math.max(0, read))).toISOString();
}
