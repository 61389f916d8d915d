import type { OrderSnapshot } from '#lib/orders/order';
import { ContractError } from '#lib/platform/errors';
import { toInstant } from '#lib/platform/time';
import { countryCode } from '../kit/country.ts';
import { present } from '../kit/shape.ts';
import type { Address, ShipBy } from './schema.ts';

/** Where in the body an order stands, and what is known of its time from outside of it. */
export interface Around {
  at: string;
  sentAt: string | null;
  receivedAt: string;
}

/**
 * By when it must leave. The document knows no such key, so what cannot be read as a time is none, and costs no order.
 * A bare date is its first moment: rather a day early than late.
 */
export function mapShipBy({ ship_by, shipping_deadline }: ShipBy): Pick<OrderSnapshot, 'shipBy'> {
  for (const value of [ship_by, shipping_deadline]) {
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    try {
      return { shipBy: toInstant(value, 'ship_by') };
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
    }
  }
  return {};
}

export const isCancelled = (status: string | undefined): boolean => /^cancell?ed$/i.test(status ?? '');

/** Where it goes and who bought it: the recipient, where nobody else is named. `at` is the address's path. */
export function mapPeople(
  address: Address,
  at: string,
  buyer: Address = address,
): Pick<OrderSnapshot, 'buyer' | 'shippingAddress'> {
  const { first_name, last_name, email, phone_number } = buyer;
  const address_country = countryCode(address.address_country, `${at}.address_country`);
  return {
    buyer: present({ first_name, last_name, email, phone_number }),
    shippingAddress: present({ ...address, address_country }),
  };
}
