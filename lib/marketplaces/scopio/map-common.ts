import type { OrderSnapshot } from '#lib/orders/order';
import { countryCode } from '../kit/country.ts';
import { isOnDelivery } from '../kit/on-delivery.ts';
import { defined, unlessUnreadable } from '../kit/shape.ts';
import type { Around, Reader } from './reading.ts';
import type { Address, Party, TaxIds } from './schema.ts';

/** An address of theirs. One that something is sent to needs its country, and has that of `around` where it names none. */
export function addressOf(
  address: Address,
  field: string,
  { assume, path }: Reader,
  around?: Pick<Around, 'country'>,
): OrderSnapshot['shippingAddress'] {
  const { address_country: word } = address;
  const read = () => countryCode(word, path(`${field}.address_country`));
  const told = around ? read() : unlessUnreadable(read);
  const fallback = around?.country;
  if (told === undefined && fallback !== undefined)
    assume('shipping_address.address_country', `is missing: ${fallback}`);
  if (told === undefined && word !== undefined) assume(`${field}.address_country`, 'is no country, left out');
  const { tax_id: _tax, nip: _nip, vat_id: _vat, ...postal } = address as Party;
  return defined({ ...postal, address_country: told ?? fallback });
}

/** The buyer, who is the recipient where nobody else is named. */
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

const UNPAID =
  /^(unpaid|not.?paid|pending|awaiting|(pending|awaiting|waiting.for).?payment|(payment.?)?(pending|required|failed|declined|voided|expired))$/i;
const REFUNDED = /^(part(?:ial|ial?ly|ly)?.?)?(refunded|charged.?back|chargeback)$/i;

/** Of the words for where an order is, those that tell of a payment that is outstanding or went back. */
const tellsOfPayment = (status: string): boolean =>
  REFUNDED.test(status) || (UNPAID.test(status) && /pa(y|id)/i.test(status));

type Word = string | undefined;
interface Paid {
  status?: Word;
  payment_method?: Word;
  payment_status?: Word;
  payment?: { method?: Word; status?: Word } | undefined;
  paid?: boolean | undefined;
  is_paid?: boolean | undefined;
}

/**
 * Scopio tells of an order once it is paid, whether or not it says when. Only a payment that is told as outstanding, or
 * as cash for which no payment is told, is not.
 */
export function paymentOf(
  { payment, payment_method: method = payment?.method, status: order = '', ...told }: Paid,
  paidAt: string | null,
  placedAt: string,
  refunded?: 'refunded' | 'partly_refunded',
): Pick<OrderSnapshot, 'paidAt' | 'payment'> {
  const { payment_status: status = payment?.status ?? (tellsOfPayment(order) ? order : '') } = told;
  const [isBack, isPart] = REFUNDED.exec(status) ?? [];
  const back = isBack === undefined ? refunded : isPart === undefined ? 'refunded' : 'partly_refunded';
  const isCash = isOnDelivery(method ?? '') && paidAt === null && !/^(paid|completed)$/i.test(status);
  const isOpen = (UNPAID.test(status) || (told.paid ?? told.is_paid) === false) && paidAt === null;
  const state = isCash ? 'on_delivery' : isOpen ? 'pending' : (back ?? 'paid');
  const isTold = method !== undefined || state !== 'paid';
  return {
    paidAt: isCash || isOpen ? null : (paidAt ?? placedAt),
    ...(isTold && { payment: { method: method ?? null, state } }),
  };
}

/** Whether a status says that the order was shipped elsewhere: nobody is to ship it once more. */
export const shippedBy = (status: string | undefined): boolean =>
  /^(fulfilled|shipped|sent|delivered)$/i.test(status ?? '');

/** Whether a status says that the order is cancelled, whoever did it: one that is cancelled in part is not. */
export const cancelledBy = (status: string | undefined): boolean =>
  /^(cancell?ed(?!.*part)|anulowan)/i.test(status ?? '');

/**
 * `shipBy` from members that the document does not know: what cannot be read as a time is left out and costs no order.
 * A bare date is its first moment, rather a day early than late.
 */
export function shipByOf(
  { ship_by, shipping_deadline }: { ship_by?: unknown; shipping_deadline?: unknown },
  { instant }: Reader,
): Pick<OrderSnapshot, 'shipBy'> {
  const shipBy = instant(ship_by, 'ship_by') ?? instant(shipping_deadline, 'shipping_deadline');
  return shipBy === null ? {} : { shipBy };
}
