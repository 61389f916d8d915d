import type { OrderSnapshot } from '#lib/orders/order';
import type { Payment } from '#lib/orders/order-schema';
import { amountsIn } from '../kit/amounts.ts';
import { isoOf, isoOfChange } from '../kit/clock.ts';
import { countryCode } from '../kit/country.ts';
import { member } from '../kit/json.ts';
import { isOnDelivery } from '../kit/on-delivery.ts';
import { defined, unlessUnreadable } from '../kit/shape.ts';
import type { Address, Common, Party, TaxIds } from './schema.ts';

/** One of their addresses. A shipping address needs its country, and has that of `around` if it names none. */
export function addressOf(
  address: Address,
  field: string,
  { assume, path }: Reader,
  around?: Pick<Around, 'country'>,
): OrderSnapshot['shippingAddress'] {
  const { address_country: word } = address;
  const read = () => countryCode(word, path(`${field}.address_country`));
  const country = around ? read() : unlessUnreadable(read);
  const fallback = around?.country;
  if (country === undefined && fallback !== undefined)
    assume('shipping_address.address_country', `is missing: ${fallback}`);
  if (country === undefined && word !== undefined) assume(`${field}.address_country`, 'is no country, left out');
  const { tax_id: _tax, nip: _nip, vat_id: _vat, ...postal } = address as Party;
  return defined({ ...postal, address_country: country ?? fallback });
}

/** The buyer, who is also the recipient if nobody else is named. */
export function buyerOf(
  recipient: Address,
  named: Party | undefined,
  taxed: ReadonlyArray<TaxIds | undefined>,
): OrderSnapshot['buyer'] {
  const isNamed = named?.first_name !== undefined || named?.last_name !== undefined;
  const { first_name, last_name, email, phone_number, company } = isNamed ? named : { ...recipient, ...named };
  const taxIds = [named, ...taxed].map((party) => party?.nip ?? party?.tax_id ?? party?.vat_id);
  const taxId = taxIds.find((one) => one !== undefined);
  return defined({ first_name, last_name, email, phone_number, company, taxId });
}

// Words are English or Polish, as Scopio is. An event's is its order's with the noun before it.
const UNPAID =
  /^(orders?.?)?(unpaid|not.?paid|pending|awaiting|(pending|awaiting|waiting.for).?payment|(payment.?)?(pending|required|failed|declined|voided|expired)|(nie.?|do.)(o|za)p[łl]a\S+|brak w?p[łl]at\S+|(w )?o?czek[aiu]\S*( na (w|za)?p[łl]at\S+)?)$/i;
const REFUNDED =
  /^(?:orders?.?)?(?:payment.?)?(part(?:ial|ial?ly|ly)?.?|cz[ęe][śs]ciowo )?(refunded|charged.?back|chargeback|zwr[óo]con\w+)$/i;
const PAID = /^(orders?.?)?(paid|completed|captured|succeeded|(o|za)p[łl]acon\w+)$/i;

/** What a word says was paid back: all or a part of the payment; undefined for nothing. */
function refundIn(word: string): 'refunded' | 'partly_refunded' | undefined {
  const [isRefund, part] = REFUNDED.exec(word) ?? [];
  if (isRefund === undefined) return undefined;
  return part === undefined ? 'refunded' : 'partly_refunded';
}

/** Whether a status word tells of a payment that is outstanding or was given back. */
const tellsOfPayment = (status: string): boolean =>
  REFUNDED.test(status) || (UNPAID.test(status) && /pa(y|id)|[łl]a[ct]|(failed|declined|expired)$/i.test(status));

/**
 * Scopio tells of an order once it is paid, whether or not it says when. It is unpaid only if the payment is told as
 * outstanding, or as cash without a payment.
 */
export function paymentOf(
  { payment, payment_method: method = payment?.method, status: order = '', ...rest }: Common,
  eventName: string,
  paidAt: string | null,
  placedAt: string,
  refunded?: 'refunded' | 'partly_refunded',
): Pick<OrderSnapshot, 'paidAt' | 'payment'> {
  const words = PAID.test(order) ? [order] : [order, eventName];
  const { payment_status: status = payment?.status ?? words.find(tellsOfPayment) ?? '' } = rest;
  const paymentIn = (state: Payment['state']): Payment => ({ method: method ?? null, state });
  if (paidAt === null && isOnDelivery(method ?? '') && !PAID.test(status))
    return { paidAt, payment: paymentIn('on_delivery') };
  if (paidAt === null && (UNPAID.test(status) || (rest.paid ?? rest.is_paid) === false))
    return { paidAt, payment: paymentIn('pending') };
  const state = [status, order, eventName].map(refundIn).find(Boolean) ?? refunded ?? 'paid';
  const isKnown = method !== undefined || state !== 'paid';
  return { paidAt: paidAt ?? placedAt, ...(isKnown && { payment: paymentIn(state) }) };
}

/** Whether a status says that the order was shipped elsewhere: nobody must ship it again. */
export const shippedBy = (status = ''): boolean =>
  /^(orders?.?)?(fulfilled|shipped|sent|delivered|wys[łl]an\w+|nadan\w+|dostarczon\w+|dor[ęe]czon\w+)$/i.test(status);

/** Whether a status says that the order is cancelled, by whomever; partly cancelled does not count. */
export const cancelledBy = (status = ''): boolean =>
  /^(orders?.?)?(cancell?ed|anulowan|voided$|rejected$|odrzucon)(?!.*(part|cz[ęe][śs]c)|.(line.)?items?$)/i.test(
    status,
  );

const OPEN =
  /^(orders?.?)?(paid|new|open|pending|created|placed|confirmed|accepted|approved|processing|in.progress|ready\w*|completed?|unfulfilled|(o|za)p[łl]acon\w+|now[aey]|przyj[ęe]t\w+|potwierdzon\w+|zrealizowan\w+|w( trakcie)? realizacji)$/i;

/** Whether an order, or the event that told of it, says that it is cancelled. */
export const wasCancelled = (
  { status, is_cancelled, cancelled_at }: Common,
  { eventName }: Pick<Around, 'eventName'>,
  { instant }: Reader,
): boolean =>
  [status, eventName].some(cancelledBy) || (is_cancelled ?? (instant(cancelled_at, 'cancelled_at') ?? '') > '2000');

/**
 * When the order last changed. A cancellation or refund that only its event tells need not move `updated_at`: it counts
 * as less than a second later, and so as newer than lists that took units, which count as a millisecond later each. By
 * the event's own time, an event sent again would undo what came in between.
 */
export function versionOf(updated_at: unknown, around: Around, { instant }: Reader): string | null {
  const { eventName, receivedAt, sentAt } = around;
  const updated = instant(isoOfChange(updated_at, receivedAt), 'updated_at');
  if (updated === null) return sentAt;
  const named = cancelledBy(eventName) ? 'cancelled' : refundIn(eventName);
  return new Date(Date.parse(updated) + (named ? LATER_MS[named] : 0)).toISOString();
}

/** A part comes before the whole, whichever is told first. */
const LATER_MS = { partly_refunded: 400, refunded: 800, cancelled: 800 };

/** Names a status that may say of an order what the hub does not know. */
export function checkStatus(status: string | undefined, { assume }: Reader): void {
  const isKnown =
    OPEN.test(status ?? 'paid') || tellsOfPayment(status ?? '') || shippedBy(status) || cancelledBy(status);
  if (!isKnown) assume('status', 'is no word that is known, left out');
}

/**
 * `shipBy` from members that the document does not have: an unreadable time is left out and refuses no order. A bare
 * date is its first moment: rather a day early than late.
 */
export function shipByOf({ ship_by, shipping_deadline }: Common, { instant }: Reader): Pick<OrderSnapshot, 'shipBy'> {
  const shipBy = instant(ship_by, 'ship_by') ?? instant(shipping_deadline, 'shipping_deadline');
  return shipBy === null ? {} : { shipBy };
}

/** Where in the body an order is, and what its envelope and its arrival tell of its time. */
export interface Around {
  at: string;
  /** Whether the order's members are its event's as well. */
  isEvent: boolean;
  /** Its order may be cancelled or unpaid and not say so itself. */
  eventName: string;
  sentAt: string | null;
  receivedAt: string;
  zone: string;
  /** The currency of orders that name none. */
  currency: string;
  /** The country of addresses that name none. */
  country: string | undefined;
  reportWith: 'each' | 'last';
}

/** Reads members of one order. What it had to assume is in `assumed`, by paths below the order, without values. */
export function createReader(
  { zone }: Pick<Around, 'zone'>,
  path: (field: string) => string,
  { minor, instant, control, rate, assume, assumed } = amountsIn('', path),
) {
  return {
    ...{ path, control, rate, assume },
    assumed: () => defined({ assumed: assumed().assumed?.filter(isFirst) }),
    instant: (value: unknown, field: string) => instant(isoOf(value, { dayFirst: true }), field, zone),
    /** Minor units; undefined for none. */
    money: (value: unknown, field: string) =>
      (member(value, 'amount') ?? value ?? '') === '' ? undefined : minor(value, field),
  };
}
export type Reader = ReturnType<typeof createReader>;

/** Whether it is the first assumption about its field: that one says why, and later ones are left out. */
const isFirst = (words: string, index: number, all: readonly string[]): boolean =>
  all.findIndex((other) => fieldOf(other) === fieldOf(words)) === index;

const fieldOf = (words: string): string => words.split(': ', 1)[0] ?? '';
