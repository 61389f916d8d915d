import { toMinorRounded } from '#lib/platform/money';
import { toInstant } from '#lib/platform/time';
import { member, textOf } from '../kit/json.ts';
import { unlessUnreadable } from '../kit/shape.ts';

/** Where in the body an order stands, and what its envelope and its arrival tell of its time. */
export interface Around {
  at: string;
  sentAt: string | null;
  receivedAt: string;
  zone: string;
  /** The currency of orders that name none. */
  currency: string;
  /** The country of addresses that name none. */
  country: string | undefined;
}

/** Reads members of one order. What it had to assume stands in `assumed`, by paths below the order, without values. */
export function createReader({ zone }: Pick<Around, 'zone'>, path: (field: string) => string) {
  const assumed: string[] = [];
  const assume = (field: string, what: string): void => {
    if (!assumed.some((words) => words.startsWith(`${field}: `))) assumed.push(`${field}: ${what}`);
  };

  /** An instant; null where there is none, or none that can be read. */
  function instant(value: unknown, field: string): string | null {
    if (value === undefined || value === null || value === '') return null;
    const text = textOf(value);
    const told = typeof value === 'number' || /^\d{9,13}$/.test(text) ? Number(value) : text;
    const read = unlessUnreadable(() => toInstant(told, path(field), zone));
    if (read === undefined) assume(field, 'is no time that can be read');
    return read ?? null;
  }

  /** A decimal in minor units, rounded where it has more decimals than the currency; undefined for none. */
  function money(told: unknown, currency: string, field: string): number | undefined {
    const value = member(told, 'amount') ?? told ?? '';
    if (value === '') return undefined;
    const onRounded = () => assume(field, `has more decimals than ${currency}: rounded`);
    // A comma before the last one or two digits is the decimal point of Poland.
    const plain = typeof value === 'number' ? value : textOf(value).replace(/,(?=\d{1,2}$)/, '.');
    return toMinorRounded(plain, currency, path(field), onRounded);
  }

  /** As `money`, of a figure that only controls: one that cannot be read is none. */
  function control(value: unknown, currency: string, field: string): number | undefined {
    if ((member(value, 'amount') ?? value ?? '') === '') return undefined;
    const read = unlessUnreadable(() => money(value, currency, field));
    if (read === undefined) assume(field, 'is no amount that can be read');
    return read;
  }

  return { assumed, assume, instant, money, control, path };
}
export type Reader = ReturnType<typeof createReader>;
