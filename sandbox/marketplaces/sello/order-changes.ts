import { refuse } from './answers.ts';
import { CUSTOMER_FIELDS, type Customer, type Order } from './order.ts';
import type { Statuses } from './statuses.ts';

/** The attributes that a request may set; others are silently ignored, as the document says. */
export function readOrderChanges(
  given: Record<string, unknown>,
  statuses: Statuses,
): Partial<Omit<Order, 'customer'>> & {
  customer: Partial<Customer>;
} {
  const named = CUSTOMER_FIELDS.filter((name) => given[name] !== undefined);
  const customer = Object.fromEntries(named.map((name) => [name, String(given[name] ?? '')])) as Partial<Customer>;
  const text = (name: string): string | null => (given[name] === null ? null : String(given[name]));
  return {
    customer,
    ...(given.status_id === undefined ? {} : { statusId: readStatus(given.status_id, statuses) }),
    ...(given.shipping_cost === undefined ? {} : { shippingCost: hundredths(given.shipping_cost, 'shipping_cost') }),
    ...(given.shipping_option === undefined ? {} : { shippingOption: text('shipping_option') }),
    ...(given.payment_option === undefined ? {} : { paymentOption: text('payment_option') }),
    ...(given.is_new === undefined ? {} : { isNew: readFlag(given.is_new, 'is_new') }),
    ...(given.notes === undefined ? {} : { notes: text('notes') ?? '' }),
  };
}

/** An amount in major units (number or string) as hundredths. */
export function hundredths(given: unknown, name: string): number {
  const amount = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof amount !== 'number' || !Number.isFinite(amount)) throw refuse(400, `${name} must be a number`);
  return Math.round(amount * 100);
}

export function readStatus(given: unknown, statuses: Statuses): number {
  const status = statuses.find(given);
  if (!status) throw refuse(400, 'No such status found');
  return Number(status.id);
}

function readFlag(given: unknown, name: string): boolean {
  if (typeof given !== 'boolean') throw refuse(400, `${name} must be a boolean`);
  return given;
}
