import { EXPONENTS } from './currency.ts';
import { ContractError } from './errors.ts';

// Intl leaves out units of account such as CLF.
const CURRENCIES: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('currency'), ...Object.keys(EXPONENTS)]);

/** Whether it is an ISO 4217 code in capitals. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/** Throws ContractError unless it is an ISO 4217 code in capitals. */
export function checkCurrency(currency: string, field: string): void {
  if (isCurrency(currency)) return;
  const description = `${field}: not an ISO 4217 currency code`;
  throw new ContractError({ code: 'unknown_currency', description, field });
}

/** How many decimals an amount of this currency has. */
export function exponentOf(currency: string, field: string): number {
  checkCurrency(currency, field);
  return EXPONENTS[currency] ?? 2;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * A decimal amount in the currency's minor units, exactly: no floating-point arithmetic on the way.
 * Throws ContractError naming the field for anything that is not a plain decimal, has more decimals than the currency
 * (zeros may follow), or is negative without leave.
 */
export function toMinor(
  value: string | number,
  currency: string,
  field: string,
  { allowNegative = false }: { allowNegative?: boolean } = {},
): number {
  const exponent = exponentOf(currency, field);
  const [, sign, whole = '', fraction = ''] = DECIMAL.exec(String(value).trim()) ?? [];
  if (sign === undefined) throw unreadable(field, 'not a plain decimal number');
  const decimals = fraction.padEnd(exponent, '0');
  if (/[^0]/.test(decimals.slice(exponent))) throw unreadable(field, `more decimals than ${currency} has`);
  const minor = Number(`${whole}${decimals.slice(0, exponent)}`);
  if (!Number.isSafeInteger(minor)) throw unreadable(field, 'too large');
  if (sign === '' || minor === 0) return minor;
  if (!allowNegative) throw unreadable(field, 'must not be negative');
  return -minor;
}

/**
 * Like `toMinor`, but may be negative, for a source that computes what it shows: more decimals than the currency has
 * are rounded half up, away from zero, and reported, unless they are only the noise of binary floats.
 */
export function toMinorRounded(
  value: string | number,
  currency: string,
  field: string,
  onRounded: (field: string) => void,
): number {
  const exponent = exponentOf(currency, field);
  // JSON writes the smallest numbers with an exponent.
  const text = typeof value === 'number' && Math.abs(value) < 1e-6 ? '0' : String(value).trim();
  const [, sign = '', whole = '', fraction = ''] = DECIMAL.exec(text) ?? [];
  if (fraction.length <= exponent) return toMinor(text, currency, field, { allowNegative: true });
  const scaled = BigInt(whole + fraction.padEnd(exponent, '0').slice(0, exponent + 1));
  const minor = Number((scaled + 5n) / 10n);
  if (!Number.isSafeInteger(minor)) throw unreadable(field, 'too large');
  if (Math.abs(Number(`${whole}.${fraction}`) - minor / 10 ** exponent) > 1e-6) onRounded(field);
  return sign === '-' && minor !== 0 ? -minor : minor;
}

const unreadable = (field: string, problem: string): ContractError =>
  new ContractError({ code: 'invalid_amount', description: `${field}: ${problem}`, field });
