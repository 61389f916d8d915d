import { amountsIn } from '../kit/amounts.ts';
import { member } from '../kit/json.ts';
import { defined } from '../kit/shape.ts';

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
  const { minor, instant, control, assume, told } = amountsIn(currency, path);
  return {
    ...{ path, control, assume },
    told() {
      const { assumed } = told();
      return defined({ assumed: assumed?.filter(isFirst) });
    },
    instant: (value: unknown, field: string) => instant(value, field, zone),
    /** Minor units; undefined for none. */
    money: (told: unknown, field: string) =>
      (member(told, 'amount') ?? told ?? '') === '' ? undefined : minor(told, field),
  };
}
export type Reader = ReturnType<typeof createReader>;

/** Whether it is the first assumption about its field: that one says why, and later ones are left out. */
const isFirst = (words: string, index: number, all: readonly string[]): boolean =>
  all.findIndex((other) => fieldOf(other) === fieldOf(words)) === index;

const fieldOf = (words: string): string => words.split(': ', 1)[0] ?? '';
