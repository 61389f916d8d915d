import type { OrderSnapshot } from '#lib/orders/order';
import { toMinorRounded } from '#lib/platform/money';
import { textOf } from './json.ts';
import { unlessUnreadable } from './shape.ts';

/** Reads the amounts of one body, and keeps what had to be assumed of them. */
export interface AmountReader {
  /** Minor units, with leave to be negative; rounded where there are more decimals than the currency has. */
  minor(value: unknown, field: string): number;
  /** The same of a figure that only controls: one that is missing or cannot be read refuses nothing. */
  control(value: unknown, field: string): number | undefined;
  /** Notes a path and what was assumed there, in words and without values. */
  assume(field: string, words: string): void;
  /** An order's `assumed`, once all of it is read. */
  told(): Pick<OrderSnapshot, 'assumed'>;
}

/** `path` is where in the body a field stands, for errors that name it. */
export function amountsIn(currency: string, path: (field: string) => string = String): AmountReader {
  const assumed: string[] = [];
  const assume = (field: string, words: string): void => {
    assumed.push(`${field}: ${words}`);
  };
  const minor = (value: unknown, field: string): number =>
    toMinorRounded(typeof value === 'number' ? value : textOf(value), currency, path(field), () =>
      assume(field, `rounded to the decimals of ${currency}`),
    );
  const control = (value: unknown, field: string): number | undefined => {
    if ((value ?? '') === '') return undefined;
    const read = unlessUnreadable(() => minor(value, field));
    if (read === undefined) assume(field, 'unreadable, left out');
    return read;
  };
  return { minor, control, assume, told: () => (assumed.length > 0 ? { assumed } : {}) };
}
