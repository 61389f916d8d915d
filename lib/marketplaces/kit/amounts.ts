import type { OrderSnapshot, SnapshotLine } from '#lib/orders/order';
import { restOf } from '#lib/orders/ucp-totals';
import { exponentOf, toMinorRounded } from '#lib/platform/money';
import { instantIn, isNoTime } from './clock.ts';
import { firstText, member, textOf } from './json.ts';
import { nonEmpty, unlessUnreadable } from './shape.ts';

export { sum } from '#lib/platform/sum';

/** Reads the figures and times of one body, and keeps what had to be assumed about them. */
export interface AmountReader {
  /** Minor units, which may be negative; rounded if there are more decimals than the currency has. */
  minor(value: unknown, field: string): number;
  /** Minor units of a figure that is only a check: undefined if it is missing or unreadable, which refuses nothing. */
  control(value: unknown, field: string): number | undefined;
  /** A rate in percent; undefined if it is missing, or a word such as `zw.`, which is named. */
  rate(value: unknown, field: string): number | undefined;
  /** An instant, in `zone` if it names none; null if it is missing or unreadable. */
  instant(value: unknown, field: string, zone?: string): string | null;
  /** Notes a path and what was assumed there, in words and without values. */
  assume(field: string, words: string): void;
  /** The order's `assumed`, once all of it is read. */
  assumed(): Pick<OrderSnapshot, 'assumed'>;
  /**
   * The first field whose point may separate thousands or decimals; whether another field's point separates decimals;
   * and whether one has digits other than zeros after it.
   */
  points(): { unclear?: string; isDecimal: boolean; isUneven: boolean };
}

/** An amount's text without spaces and symbols of currencies; a minus may be brackets, come last, or be Sweden's U+2212. */
const written = (value: unknown): string =>
  textOf(member(value, 'amount') ?? value)
    .replaceAll(/(?<![a-z])[a-z]{1,2}(?=\p{Sc})|[\s'’\p{Sc}]|zł|kr\b\.?/giu, '')
    .replace(/^\((.+)\)$|^\u2212|^(.+)-$/, '-$1$2');

const symbols = new Map<string, string[]>();

/** What people write for a currency: `MX$`, and `$` as for many others. */
function symbolsOf(currency: string): string[] {
  const known = symbols.get(currency);
  if (known) return known;
  const found = (['symbol', 'narrowSymbol'] as const).map((currencyDisplay) => {
    const parts = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay }).formatToParts(0);
    return parts.find(({ type }) => type === 'currency')?.value.toLowerCase() ?? '';
  });
  symbols.set(currency, found);
  return found;
}

/** Whether a row takes something off the order: such a row is not shipped, and may have no SKU. */
export const isTakenOff = (price: unknown, quantity: number): boolean => /^\D*-/.test(written(price)) !== quantity < 0;

/** `500.000`: half a million, or 500 with decimals. */
const UNCLEAR = /^-?[1-9]\d{0,2}\.\d{3}$/;
/** `0.000` and `1500.000`: nobody separates thousands like this. */
const DECIMAL = /^-?(?:0|\d{4,})\.\d{3}$/;
/** Currencies without decimals whose countries separate thousands by a comma. */
const BY_COMMA = new Set(['JPY', 'KRW']);

/** Whether amounts of a currency have their thousands separated by a point, if nothing else is known. */
const isByPoint = (currency: string): boolean =>
  currency !== '' && exponentOf(currency, '') === 0 && !BY_COMMA.has(currency);

/**
 * An order in which `500.000` may be half a million or 500: the reading whose parts add up to its total. If neither
 * does, another amount's point may tell; otherwise the assumption is named.
 */
export function readEither<O extends Omit<OrderSnapshot, 'version'>>(
  currency: string,
  read: (amounts: AmountReader) => O,
  path?: (field: string) => string,
): O {
  const amounts = amountsIn(currency, path);
  const usual = read(amounts);
  const { unclear, isDecimal, isUneven } = amounts.points();
  const exponent = exponentOf(currency, '');
  if (unclear === undefined || exponent > 2) return usual;
  const other = read(amountsIn(currency, path, !isByPoint(currency)));
  const [usualAddsUp, otherAddsUp] = [usual, other].map((order) => restOf(order) === 0);
  if (usualAddsUp !== otherAddsUp) return usualAddsUp ? usual : other;
  if (isDecimal) return isByPoint(currency) ? other : usual;
  // In a currency without decimals `15.990` looks like a price in thousands.
  if (exponent > 0 || (isUneven && isByPoint(currency))) return usual;
  const meant = isByPoint(currency) ? 'thousands' : 'decimals';
  const words = `${unclear}: behind its point may be thousands or decimals, read as ${meant}`;
  return { ...usual, assumed: [...(usual.assumed ?? []), words] };
}

/**
 * `path` is where a field is in the body, for errors that name it; `byPoint`: whether a single point before three
 * digits separates thousands.
 */
export function amountsIn(
  currency: string,
  path: (field: string) => string = String,
  byPoint = isByPoint(currency),
): AmountReader {
  const assumptions: string[] = [];
  const points: ReturnType<AmountReader['points']> = { isDecimal: false, isUneven: false };
  const assume = (field: string, words: string): void => {
    assumptions.push(`${field}: ${words}`);
  };
  const minor = (value: unknown, field: string): number => {
    const other = otherCurrency(value, currency);
    if (other) assume(field, `is in ${other}, counted as ${currency}`);
    const text = plain(value, currency);
    const isUnclear = typeof text === 'string' && UNCLEAR.test(text);
    if (isUnclear) points.unclear ??= field;
    points.isUneven ||= isUnclear && !text.endsWith('000');
    points.isDecimal ||= typeof text === 'string' && DECIMAL.test(text);
    return toMinorRounded(isUnclear && byPoint ? text.replace('.', '') : text, currency, path(field), () =>
      assume(field, `rounded to the decimals of ${currency}`),
    );
  };
  const control = (value: unknown, field: string): number | undefined => {
    if ((value ?? '') === '') return undefined;
    const read = unlessUnreadable(() => minor(value, field));
    if (read === undefined) assume(field, 'unreadable, left out');
    return read;
  };
  const rate = (value: unknown, field: string): number | undefined => {
    const read = rateOf(value);
    if (read === undefined && textOf(value) !== '') assume(field, 'is no rate, left out');
    return read;
  };
  const instant = (value: unknown, field: string, zone?: string): string | null => {
    const read = instantIn(value, zone);
    if (read === null && !isNoTime(value)) assume(field, 'is no time that can be read');
    return read;
  };
  const assumed = () => (assumptions.length > 0 ? { assumed: assumptions } : {});
  return { minor, control, rate, instant, assume, assumed, points: () => points };
}

/** The currency that an amount names itself, by code or symbol, if it is not its order's; otherwise undefined. */
export function otherCurrency(value: unknown, currency: string): string | undefined {
  const own = firstText(value, ['currency', 'currencyCode', 'currency_code']).toUpperCase();
  if (/^[A-Z]{3}$/.test(own)) return own === currency ? undefined : own;
  const [symbol, letters = '', sign = ''] =
    /((?<![a-z])[a-z]{1,2})?(\p{Sc}|ł)/iu.exec(textOf(member(value, 'amount') ?? value)) ?? [];
  // `US$` of USD, `A$` of AUD.
  const bare = currency.startsWith(letters.toUpperCase()) ? sign : `${letters}${sign}`;
  return symbolsOf(currency).some((one) => one.endsWith(bare.toLowerCase())) ? undefined : symbol;
}

/**
 * An amount as a plain decimal. Digits may be grouped, a comma may precede decimals (before three digits it separates
 * groups, if the currency has no decimals, or is unclear), and the currency's code may be before or after it.
 */
function plain(value: unknown, currency: string): string | number {
  const amount = member(value, 'amount') ?? value;
  if (typeof amount === 'number') return amount;
  const all = written(amount);
  const code = [all.slice(0, 3), all.slice(-3)].find((word) => word.toUpperCase() === currency);
  const text = all.replace(code ?? '', '');
  const [, separator = '', second] = GROUPED.exec(text) ?? [];
  if (second || (separator === ',' && exponentOf(currency, '') === 0)) return text.replaceAll(separator, '');
  const { whole, fraction } = GROUPED_WITH_DECIMALS.exec(text)?.groups ?? {};
  if (whole !== undefined) return `${whole.replaceAll(/[.,]/g, '')}.${fraction}`;
  return text.replace(/,(?=\d{1,2}$|\d{4,}$)/, '.');
}

/** `1.234.567` or `1,234`: the separator, and whatever follows the first group that it begins. */
const GROUPED = /^-?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*$/;
/** `1.234,56` or `1,234,567.8`. */
const GROUPED_WITH_DECIMALS = /^(?<whole>-?\d{1,3}(?:(?<separator>[.,])\d{3})+)(?!\k<separator>)[.,](?<fraction>\d+)$/;

/** A rate in percent, from a number or from text such as `23%`; below 1 it is a fraction, as no tax is that low. */
export function rateOf(value: unknown): number | undefined {
  const [, number] = /^(\d+(?:[.,]\d+)?)\s*%?$/.exec(textOf(value)) ?? [];
  const rate = Number(number?.replace(',', '.'));
  if (number === undefined) return undefined;
  return rate < 1 ? Math.round(rate * 10_000) / 100 : rate;
}

/** What is sold, and separately what takes something off the order: lines worth less than nothing. */
export function takeDiscounts(all: readonly SnapshotLine[]): Pick<OrderSnapshot, 'lines' | 'discounts'> {
  const worth = ({ unitPrice, quantity }: SnapshotLine): number => unitPrice * quantity;
  const discounts = all
    .filter((line) => worth(line) < 0)
    .map((line) => ({ title: line.title === line.sku ? 'Discount' : line.title, amount: -worth(line) }));
  // What is taken back for nothing is neither, nor is a deduction that was undone.
  const isSold = ({ quantity, unitPrice }: SnapshotLine): boolean => quantity >= 0 && unitPrice >= 0;
  const lines = all.filter((line) => worth(line) > 0 || (worth(line) === 0 && isSold(line)));
  return { lines, ...nonEmpty({ discounts }) };
}
