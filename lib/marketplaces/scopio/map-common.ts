import type { OrderSnapshot } from '#lib/orders/order';
import { countryCode } from '../kit/country.ts';
import { isOnDelivery } from '../kit/on-delivery.ts';
import { defined, pathUnder } from '../kit/shape.ts';
import type { Reader } from './reading.ts';
import type { Address, Party, TaxIds } from './schema.ts';

/** An address of theirs; `fallback` is the country of one that names none. */
export function addressOf(
  address: Address,
  at: string,
  fallback: string | undefined,
  assume: Reader['assume'],
): OrderSnapshot['shippingAddress'] {
  const told = countryCode(address.address_country, pathUnder(at)('address_country'));
  if (told === undefined && fallback !== undefined)
    assume('shipping_address.address_country', `is missing: ${fallback}`);
  const { tax_id: _tax, nip: _nip, vat_id: _vat, ...postal } = address as Party;
  return defined({ ...postal, address_country: told ?? fallback });
}

/** The buyer, who is the recipient where nobody else is named. */
export function buyerOf(
  recipient: Address,
  named: Party | undefined,
  taxed: ReadonlyArray<TaxIds | undefined>,
): OrderSnapshot['buyer'] {
  const { first_name, last_name, email, phone_number, company } = named ?? recipient;
  const taxIds = [named, ...taxed].map((party) => party?.nip ?? party?.tax_id ?? party?.vat_id);
  const taxId = taxIds.find((one) => one !== undefined);
  return defined({ first_name, last_name, email, phone_number, company, taxId });
}

const UNPAID = /^(unpaid|not.?paid|pending|awaiting|pending.?payment|awaiting.?payment)$/i;

interface Paid {
  payment_method?: string | undefined;
  payment_status?: string | undefined;
}

/**
 * Scopio tells of an order once it is paid, whether or not it says when. Only a payment that is told as outstanding, or
 * as cash for which no payment is told, is not.
 */
export function paymentOf(
  { payment_method: method, payment_status: status = '' }: Paid,
  paidAt: string | null,
  placedAt: string,
  refunded?: 'refunded' | 'partly_refunded',
): Pick<OrderSnapshot, 'paidAt' | 'payment'> {
  const isCash = isOnDelivery(method ?? '') && paidAt === null && !/^(paid|completed)$/i.test(status);
  const isOpen = UNPAID.test(status) && paidAt === null;
  const state = isCash ? 'on_delivery' : isOpen ? 'pending' : (refunded ?? 'paid');
  const isTold = method !== undefined || state !== 'paid';
  return {
    paidAt: isCash || isOpen ? null : (paidAt ?? placedAt),
    ...(isTold && { payment: { method: method ?? null, state } }),
  };
}

export const cancelledBy = (status: string | undefined): boolean => /^cancell?ed$/i.test(status ?? '');

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
