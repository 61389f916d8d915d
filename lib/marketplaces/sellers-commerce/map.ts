import type { Connection } from '#lib/connections/connection';
import { sumByLine } from '#lib/orders/line-quantities';
import type { Address, OrderSnapshot } from '#lib/orders/order';
import { checkCurrency } from '#lib/platform/money';
import { findAlike } from '#lib/platform/text';
import type { Change, InboundBody } from '../contract.ts';
import { type AmountReader, isTakenOff, readEither, sum, takeDiscounts } from '../kit/amounts.ts';
import { attributesIn } from '../kit/attributes.ts';
import { dayOf, instantIn, isNoTime, isoOf, latestReading } from '../kit/clock.ts';
import { countryCode } from '../kit/country.ts';
import { isObject, member, textOf } from '../kit/json.ts';
import { defined, integer, isNothing, listed, needed, readShape, unlessUnreadable, unused } from '../kit/shape.ts';
import { idIn } from '../kit/tables.ts';
import { Order, Return, Sku } from './api.ts';
import { Settings } from './settings.ts';
import {
  isCancelled,
  isCart,
  isReturned,
  isShipped,
  PARTIALLY_SHIPPED,
  PARTLY,
  PLACED,
  paymentOf,
  UNDELIVERED,
  unknownIn,
} from './statuses.ts';
import { CARRIERS, codeOf, findService, methodName } from './tables.ts';

/** An order of the list, or as `order/get` shows it; a return; an SKU. */
export function map({ topic, body, receivedAt }: InboundBody, { settings }: Connection): Change {
  const own = Settings.parse(settings);
  if (topic === 'sku') return mapSku(body);
  if (topic === 'return') return mapReturn(body, own);
  if (topic === 'order-gone') return { type: 'gone', externalId: textOf(member(body, 'OrderNumber')) };
  const order = readShape(Order, body);
  const { OrderNumber: externalId, OrderItems: items, OrderStatusId: status, ModifiedDate: at } = order;
  if (isCart(status)) return { type: 'none', reason: 'a cart is no order yet' };
  // Times without a zone are taken for UTC if `timeZone` is not set: as versions they compare correctly in any zone.
  const version = latestReading(at, own.timeZone ?? 'UTC', receivedAt, own);
  // Without a date, a row of a known order may tell of a change, unless its status is still the first.
  const isTelling = version === null && (status !== PLACED || !isNoTime(isoOf(at)));
  const unless = !isTelling && { unless: { externalId, version } };
  const isPartial = !items?.length || isUnclear(order);
  if (topic === 'order' && isPartial) return { type: 'fetch', action: 'order', resource: externalId, ...unless };
  return { type: 'order', order: { ...mapOrder(order, own, receivedAt), version } };
}

/** Whether it is shipped in part, but no parcel shows which. */
const isUnclear = (order: Order) => order.OrderStatusId === PARTIALLY_SHIPPED && countShipped(order).size === 0;

const DATES = ['OrderPlacedDate', 'CreatedDate', 'ModifiedDate'] as const;

function mapOrder(order: Order, settings: Settings, receivedAt: string): Omit<OrderSnapshot, 'version'> {
  const currency = (order.CurrencyCode ?? settings.currency ?? needed('CurrencyCode')).toUpperCase();
  checkCurrency(currency, 'CurrencyCode');
  return readEither(currency, (amounts) => readOrder(order, currency, settings, receivedAt, amounts));
}

function readOrder(order: Order, currency: string, settings: Settings, receivedAt: string, amounts: AmountReader) {
  const [{ OrderNumber: externalId, OrderStatusId }, { timeZone, dayFirst }] = [order, settings];
  if (!order.CurrencyCode) amounts.assume('CurrencyCode', 'taken from settings.currency, as it is missing');
  const times = DATES.map((field) => amounts.instant(isoOf(order[field], settings), field, timeZone));
  const index = times.findIndex((time) => time !== null);
  const [field = 'OrderPlacedDate', placedAt = receivedAt] = [DATES[index], times[index] ?? undefined];
  if (index < 0) amounts.assume(field, 'when it was read, as no date of the order can be');
  else if (timeZone === undefined) amounts.assume(field, 'read as UTC, as settings.timeZone is not set');
  if (dayFirst === undefined && dayOf(order[field]) === 'either')
    amounts.assume(field, 'read month first, as settings.dayFirst is not set');
  for (const field of unknownIn(order)) amounts.assume(field, 'is none of its table');
  const payment = paymentOf(OrderStatusId, order.PaymentStatusId, order.PaymentMethodId);
  const lines = mapLines(order, amounts);
  return {
    ...{ externalId, number: externalId, placedAt },
    ...(index < 0 && { timesAssumed: true as const }),
    ...(order.OrderItems?.some(({ OrderItemId = '0' }) => OrderItemId === '0') && { idsAssumed: true as const }),
    // The store does not say when an order was paid.
    paidAt: payment.state === 'paid' ? placedAt : null,
    cancelled: isCancelled(OrderStatusId),
    ...(isUnclear(order) && { partlyShipped: true as const }),
    currency,
    taxIncluded: false,
    ...mapPeople(order, amounts),
    ...defined({ note: order.Comments, events: eventsOf(order, placedAt, settings) }),
    payment,
    ...mapMethod(order),
    ...takeDiscounts(lines),
    amounts: amountsOf(order, lines, amounts),
    ...amounts.assumed(),
  };
}

/** The carrier and service that the buyer chose: from the document's tables, or as the store words it. */
function mapMethod(order: Order): Pick<OrderSnapshot, 'shippingMethod' | 'shippingCode' | 'pickupPoint'> {
  const [word = '', service = ''] = [order.CarrierId, order.ServiceTypeId].map((one) => (one === '0' ? '' : one));
  const found = findService(service);
  const carrier = word === '' ? found?.carrier : idIn(CARRIERS, word);
  if (carrier === undefined) return { shippingMethod: `${word} ${service}`.trim() || null };
  const shippingMethod = methodName(carrier, found?.carrier === carrier ? found.service : null);
  return {
    ...{ shippingMethod, shippingCode: codeOf(CARRIERS[carrier]) },
    ...(CARRIERS[carrier] === 'In Store Pick Up' && { pickupPoint: { id: null, name: shippingMethod, address: null } }),
  };
}

/** "Undelivered" means that a parcel reached nobody; only the order's last change tells when. */
function eventsOf(order: Order, placedAt: string, { timeZone, dayFirst }: Settings): OrderSnapshot['events'] {
  const at = instantIn(isoOf(order.ModifiedDate, { dayFirst }), timeZone) ?? placedAt;
  return order.OrderStatusId === UNDELIVERED ? [{ id: 'undelivered', type: 'undeliverable', at }] : undefined;
}

function mapLines(order: Order, { minor, control }: AmountReader): OrderSnapshot['lines'] {
  const [shipped, ids] = [countShipped(order), new Set<string>()];
  // An answer that shows no lines takes none away: only a cancelled order may have none.
  if (!order.OrderItems?.length && !isCancelled(order.OrderStatusId)) needed('OrderItems');
  return (order.OrderItems ?? []).map((item, index) => {
    const { OrderItemId = '0', ProductName, Quantity, UnitPrice } = item;
    const at = `OrderItems[${index}]`;
    const sku = item.SkuCode ?? (isTakenOff(UnitPrice, Quantity) ? `${index + 1}` : needed(`${at}.SkuCode`));
    const isWhole = isShipped(order.OrderStatusId);
    // A negative line (something taken back) was in no parcel.
    const sent = Math.max(0, isWhole ? Quantity : Math.min(Quantity, shipped.get(sku) ?? 0));
    shipped.set(sku, (shipped.get(sku) ?? 0) - sent);
    return {
      // 0 is no row id. A row's place would not do: it changes if an earlier row goes.
      id: unused(OrderItemId === '0' ? sku : OrderItemId, ids),
      ...{ sku, title: ProductName ?? sku, quantity: Quantity },
      ...(sent > 0 && { fulfilled: sent, ...(isWhole ? { fulfilledWithAll: true } : { countedBySku: true }) }),
      unitPrice: minor(UnitPrice, `${at}.UnitPrice`),
      ...defined({
        tax: control(item.TaxAmount, `${at}.TaxAmount`),
        attributes: attributesIn(item.Embellishments, item.Attributes),
      }),
    };
  });
}

/** Pieces by the lines' SKUs in the parcels that the store shows. */
function countShipped({ OrderItems, ShippingInformation = [] }: Order): Map<string, number> {
  const own = (sku: string) => findAlike(OrderItems?.map(({ SkuCode = '' }) => SkuCode) ?? [], sku) ?? sku;
  const rows = ShippingInformation.flatMap(({ Items = [] }) => Items);
  return sumByLine(rows.map(({ SkuCode, Quantity: quantity }) => ({ id: own(SkuCode), quantity })));
}

/** Missing amounts are 0; a missing total is summed up from its parts. */
function amountsOf(order: Order, lines: OrderSnapshot['lines'], amounts: AmountReader): OrderSnapshot['amounts'] {
  const read = (name: 'ShippingAmount' | 'TaxAmount' | 'DiscountAmount') =>
    Math.abs(amounts.control(order[name], name) ?? 0);
  const fulfillment = read('ShippingAmount');
  const tax = read('TaxAmount') || Math.max(0, sum(lines.map((line) => line.tax ?? 0)));
  const apart = read('DiscountAmount');
  const worths = lines.map(({ unitPrice, quantity }) => unitPrice * quantity);
  const discount = apart - sum(worths.filter((worth) => worth < 0));
  const total = amounts.control(order.OrderTotal, 'OrderTotal');
  if (total === undefined) amounts.assume('OrderTotal', 'summed up from its parts');
  return { fulfillment, tax, discount, total: total ?? sum(worths) - apart + fulfillment + tax };
}

function mapPeople(
  order: Order,
  { assume }: AmountReader,
): Pick<OrderSnapshot, 'buyer' | 'shippingAddress' | 'billingAddress'> {
  const { ShippingAddress = order.Address, BillingAddress } = order;
  const shipping = addressIn(ShippingAddress, countryCode(ShippingAddress?.CountryCode, 'ShippingAddress.CountryCode'));
  if (!shipping.street_address) assume('ShippingAddress.AddressLine1', 'is missing: nothing says where the order goes');
  const country = unlessUnreadable(() => countryCode(BillingAddress?.CountryCode, ''));
  if (BillingAddress?.CountryCode && !country) assume('BillingAddress.CountryCode', 'is no country, left out');
  const billing = addressIn(BillingAddress, country);
  const { first_name, last_name, company, phone_number } = Object.keys(billing).length > 0 ? billing : shipping;
  return {
    buyer: defined({ first_name, last_name, company, email: order.Email, phone_number }),
    shippingAddress: { ...shipping, ...defined({ email: order.Email }) },
    ...(Object.keys(billing).length > 0 && { billingAddress: billing }),
  };
}

function addressIn(address: Partial<NonNullable<Order['Address']>> = {}, address_country?: string): Address {
  const isNamed = address.FirstName !== undefined || address.LastName !== undefined;
  return defined({
    ...{ first_name: address.FirstName, last_name: address.LastName ?? (isNamed ? undefined : address.AddressName) },
    ...{ company: address.CompanyName ?? address.Company, phone_number: address.Phone, address_country },
    ...{ street_address: address.AddressLine1, extended_address: address.AddressLine2 },
    ...{ address_locality: address.City, address_region: address.StateCode, postal_code: address.ZipCode },
  });
}

/** The lists of units in a return, under whatever names; a return of one SKU may name it beside its own number. */
function unitListsIn(body: object): unknown[] {
  const hasMember = (row: unknown, words: RegExp): boolean => words.test(Object.keys(row ?? {}).join());
  const lists = Object.values(body).map(listed);
  const ofUnits = lists.filter((list) => Array.isArray(list) && list.some((row) => hasMember(row, /sku|quantity/i)));
  return ofUnits.length === 0 && hasMember(body, /sku/i) ? [[body]] : ofUnits;
}

/** Only an accepted return counts: a request may yet be rejected. */
function mapReturn(body: unknown, { timeZone, dayFirst }: Settings): Change {
  const lists = unitListsIn(body ?? {});
  const isElsewhere = lists.length === 1 && isNothing(member(body, 'Items'));
  const shown = isElsewhere ? { ...(body as object), Items: lists[0] } : body;
  const { Items, ReturnStatusId, ReturnTypeId = '', Reason, ...own } = readShape(Return, shown);
  if (!isReturned(ReturnStatusId)) return { type: 'none', reason: `return ${own.ReturnNumber} is not accepted` };
  // No items mean all of them, if the whole return was accepted and nothing looks like a list of items.
  if (!Items?.length && (ReturnStatusId === PARTLY || lists.length > 0)) needed('Items');
  const items = Items?.map(({ SkuCode: sku, Quantity: quantity }) => ({ sku, quantity }));
  // Nothing else tells whoever has to send other goods in place of the money.
  const all = [Reason, idIn({ 102: 'Replaced' }, ReturnTypeId) && 'Replaced'].filter((word) => word !== undefined);
  const at = instantIn(isoOf(own.ModifiedDate, { dayFirst }), timeZone);
  const more = defined({ items, reason: all.join(', ') || undefined });
  return { type: 'return', return: { externalId: own.OrderNumber, id: own.ReturnNumber, at, ...more } };
}

/** An SKU that the store sells, so that its stock can be told. */
function mapSku(body: unknown): Change {
  const { SkuCode: sku, ProductName: title, Inventory } = readShape(Sku, isObject(body) ? body : { SkuCode: body });
  const more = { title, quantity: integer.safeParse(Inventory).data };
  return { type: 'products', products: [{ sku, version: null, ...defined(more) }] };
}
