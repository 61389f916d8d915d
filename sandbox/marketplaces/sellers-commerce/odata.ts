import { badRequest } from './answers.ts';
import { comparableOf, compare, type Fields, parseFilter } from './odata-filter.ts';

const OPTIONS = ['$filter', '$orderby', '$top', '$skip'];

/** Applies `$filter`, `$orderby`, `$skip` and `$top`, in this order. An unknown option is a 400, not ignored. */
export function applyQuery<T extends object>(rows: readonly T[], fields: Fields, query: unknown): T[] {
  const options = readOptions(query as Record<string, unknown>);
  const keep = options.$filter === undefined ? () => true : parseFilter(options.$filter, fields);
  const kept = rows.filter(keep);
  const sorted = options.$orderby === undefined ? kept : kept.toSorted(orderOf(options.$orderby, fields));
  const from = wholeNumber(options.$skip, '$skip') ?? 0;
  const count = wholeNumber(options.$top, '$top') ?? sorted.length;
  return sorted.slice(from, from + count);
}

/** A whole number in a query; undefined if absent, a 400 if it is anything else. */
export function wholeNumber(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw badRequest(`${name} wants a whole number`);
  return Number(value);
}

function readOptions(query: Record<string, unknown>): Record<string, string | undefined> {
  const options: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(query)) {
    if (!name.startsWith('$')) continue;
    if (!OPTIONS.includes(name)) throw badRequest(`${name} is not supported`);
    if (typeof value !== 'string') throw badRequest(`${name} is there twice`);
    options[name] = value;
  }
  return options;
}

function orderOf(text: string, fields: Fields): (left: object, right: object) => number {
  const keys = text.split(',').map((part) => {
    const [, field = '', direction] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(part) ?? [];
    if (!fields[field]) throw badRequest(`$orderby cannot be read: ${part.trim()}`);
    return { field, sign: direction === 'desc' ? -1 : 1 };
  });
  return (left, right) => {
    for (const { field, sign } of keys) {
      const order = compare(comparableOf(left, field, fields), comparableOf(right, field, fields));
      if (order !== 0) return sign * order;
    }
    return 0;
  };
}
