import { toInstant } from '#lib/platform/time';
import { amountsIn } from '../kit/amounts.ts';
import { member, textOf } from '../kit/json.ts';
import { defined, unlessUnreadable } from '../kit/shape.ts';

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
export function createReader({ zone }: Pick<Around, 'zone'>, path: (field: string) => string, currency = '') {
  const { minor, control, assume, told } = amountsIn(currency, path);

  /** An instant; null where there is none, or none that can be read. */
  function instant(value: unknown, field: string): string | null {
    if (value === undefined || value === null || value === '') return null;
    const text = textOf(value);
    const told = typeof value === 'number' || /^\d{9,13}$/.test(text) ? Number(value) : text;
    const read = unlessUnreadable(() => toInstant(told, path(field), zone));
    if (read === undefined) assume(field, 'is no time that can be read');
    return read ?? null;
  }

  /** An amount, also as an object's; Poland groups digits by spaces and has a comma before the last one or two. */
  function plain(told: unknown): unknown {
    const value = member(told, 'amount') ?? told;
    return typeof value === 'string' ? value.replaceAll(/\s/g, '').replace(/,(?=\d{1,2}$)/, '.') : value;
  }

  return {
    ...{ path, instant, assume },
    told() {
      const { assumed } = told();
      return defined({ assumed: assumed?.filter(isFirst) });
    },
    /** Minor units; undefined for none. */
    money: (told: unknown, field: string) => ((plain(told) ?? '') === '' ? undefined : minor(plain(told), field)),
    control: (told: unknown, field: string) => control(plain(told), field),
  };
}
export type Reader = ReturnType<typeof createReader>;

/** Of two about one field the first says why. */
const isFirst = (words: string, index: number, all: readonly string[]): boolean =>
  all.findIndex((other) => fieldOf(other) === fieldOf(words)) === index;

const fieldOf = (words: string): string => words.split(': ', 1)[0] ?? '';
