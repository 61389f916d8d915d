import type { CarrierTable } from '../contract.ts';

/**
 * The canonical code of a shipper's word, without regard to case; null when nobody said what it means.
 * `added` is the connection's `settings.carriers`: the shipper's word → canonical code.
 */
export function canonicalCarrier(table: CarrierTable, word: string, added: unknown = {}): string | null {
  const own = lookUp(added, word);
  if (own !== null) return own.toLowerCase();
  return Object.entries(table).find(([, known]) => same(known, word))?.[0] ?? null;
}

/**
 * A sales channel's word for a canonical code; null when it has none, which blocks rather than guesses.
 * `added` is the connection's `settings.carriers`: canonical code → the channel's word.
 */
export function carrierWord(table: CarrierTable, code: string, added: unknown = {}): string | null {
  return lookUp(added, code) ?? lookUp(table, code);
}

function lookUp(words: unknown, key: string): string | null {
  const entries = Object.entries((words ?? {}) as Record<string, unknown>);
  const found = entries.find(([known]) => same(known, key))?.[1];
  return typeof found === 'string' && found !== '' ? found : null;
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
