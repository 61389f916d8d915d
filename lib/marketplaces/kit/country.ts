import { ALPHA_3 } from './alpha-3.ts';
import { unreadable } from './shape.ts';

const LANGUAGES = ['en', 'es', 'pl', 'sv'];
/** Names that Intl has in none of them. */
const OTHERS = { 'united states of america': 'US', 'great britain': 'GB', 'czech republic': 'CZ', holland: 'NL' };
let byName: ReadonlyMap<string, string> | undefined;

/** ISO 3166-1 alpha-2 of a code of two or three letters or a country's name; undefined for none. Routes match on it, so nothing else passes. */
export function countryCode(value: string | undefined, field: string): string | undefined {
  if (value === undefined) return undefined;
  const word = value.replaceAll('.', '').replace(/^the /i, '');
  const code = /^[a-z]{2}$/i.test(word)
    ? currentCode(word)
    : (ALPHA_3.get(word.toUpperCase()) ?? codeOfName(word.toLowerCase()));
  if (!code) throw unreadable(field, 'expected an ISO 3166-1 country code or a country name');
  return code;
}

function codeOfName(name: string): string | undefined {
  byName ??= readNames();
  return byName.get(name);
}

function readNames(): ReadonlyMap<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const current = codes.filter((code) => currentCode(code) === code);
  return new Map<string, string>([
    ...Object.entries(OTHERS),
    ...LANGUAGES.flatMap((language) => {
      const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
      return current.map((code) => [names.of(code)?.toLowerCase() ?? '', code] as const);
    }),
  ]);
}

/** A code in upper case, retired ones (UK) as what replaced them (GB). */
const currentCode = (code: string): string => new Intl.Locale(`und-${code}`).region ?? code.toUpperCase();
