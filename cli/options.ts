import { InvalidArgumentError, Option } from 'commander';
import { usageError } from './errors.ts';

const AGO = /^(\d+)\s*(s|m|min|h|d|w)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };

/** `2h` (two hours ago), `3d`, `2026-11-20` (midnight UTC) or an instant with its offset; returned in UTC. */
export function parseInstant(text: string, now = new Date()): string {
  const [, amount, unit = ''] = AGO.exec(text) ?? [];
  const seconds = SECONDS[unit];
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const instant = seconds ? now.getTime() - Number(amount) * seconds * 1000 : parseDate(date);
  if (Number.isNaN(instant) || Math.abs(instant) > 8.64e15)
    throw new InvalidArgumentError('Expected 30m, 2h, 3d, 2026-11-20 or 2026-11-20T08:15:00Z.');
  return new Date(instant).toISOString();
}

/** Stricter than Date.parse, which takes much that is no date and turns the 31st of February into March. */
function parseDate(text: string): number {
  const [, day = ''] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return Number.NaN;
  return Date.parse(text);
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return Number(text);
}

const instant = (text: string): string => parseInstant(text);

export const since = (of: string): Option =>
  new Option('--since <when>', `${of} since: 2h, 3d, 2026-11-20 …`).argParser(instant);
export const until = (of: string): Option => new Option('--until <when>', `${of} until then`).argParser(instant);
export const late = (of: string): Option => new Option('--late', of);
export const reason = (): Option => new Option('--reason <text>', 'kept on record beside who did it');
export const yes = (of: string): Option => new Option('--yes', of);

/** A filter of the API out of `name=value` arguments, or one JSON object; usage error for an unknown name. */
export function parseFilter(words: readonly string[], known: readonly string[]): Record<string, string> {
  const entries = words.flatMap((word) => (word.trimStart().startsWith('{') ? jsonEntries(word) : [pair(word)]));
  const filter: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (!known.includes(name)) throw usageError(`--filter: ${name} is not known; there are ${known.join(', ')}`);
    if (name in filter) throw usageError(`--filter: ${name} is given twice`);
    if (value === '') throw usageError(`--filter: ${name} is empty`);
    filter[name] = name === 'since' || name === 'until' ? filterInstant(name, value) : value;
  }
  return filter;
}

function pair(word: string): [string, string] {
  const [name = '', ...rest] = word.split('=');
  if (rest.length === 0) throw usageError(`--filter: expected name=value, not "${word}"`);
  return [name, rest.join('=')];
}

function jsonEntries(word: string): Array<[string, string]> {
  try {
    return Object.entries(JSON.parse(word) as object).map(([name, value]) => [name, String(value)]);
  } catch {
    throw usageError('--filter: begins with { and is not a JSON object');
  }
}

function filterInstant(name: string, value: string): string {
  try {
    return parseInstant(value);
  } catch (error) {
    throw usageError(`--filter: ${name}: ${(error as Error).message}`);
  }
}
