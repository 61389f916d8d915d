import { readJson, readNested } from '#lib/platform/json';
import type * as z from '#lib/platform/zod';

/** JSON rounds larger integers: two different ids would read as one. */
export const isExact = (value: unknown): boolean =>
  typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;

export const INEXACT = 'is a number that JSON cannot hold exactly: expected text';

/** An object or a list. */
export const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null;

/** A member of a JSON object, undefined for anything that is not one. */
export const member = (value: unknown, key: PropertyKey): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/**
 * What is under members of these names, nested: an answer without what is wrapped around it. An object that has the
 * member `own` is the thing itself, whatever else it has.
 */
export function unwrap(body: unknown, names: readonly string[], own = ''): unknown {
  const isOwn = Array.isArray(body) || member(body, own) !== undefined;
  const inner = isOwn ? undefined : names.map((name) => member(body, name)).find(isObject);
  return inner === undefined ? body : unwrap(inner, names, own);
}

/**
 * The rows of a list, without what is wrapped around it or around each of them; also an object keyed by position, as
 * PHP writes a list with gaps, and a single row. Undefined for no list; `own` is a member that a row has.
 */
export function rowsIn(body: unknown, names: readonly string[], own: string): unknown[] | undefined {
  const inner = unwrap(body, names, own);
  if (Array.isArray(inner)) return inner.map(bareRow);
  if (member(inner, own) !== undefined) return [inner];
  const rows = Object.entries(inner ?? {});
  const isByPosition = rows.length > 0 && rows.every(([key, row]) => /^\d+$/.test(key) && isObject(row));
  return isByPosition ? rows.map(([, row]) => bareRow(row)) : undefined;
}

/** `{ "Order": { … } }` stands for its content. */
function bareRow(row: unknown): unknown {
  const [only, ...more] = Object.values(row ?? {});
  return isObject(only) && more.length === 0 ? only : row;
}

/** JSON text read with a schema; undefined for any other text, and for none. */
export const parseJson = <T>(schema: z.ZodMiniType<T>, text: string | null): T | undefined =>
  schema.safeParse(readJson(text ?? '')).data;

/** A value, or the object or list that its text holds as JSON. */
export const unquoted = (value: unknown): unknown =>
  (typeof value === 'string' ? readNested(value) : undefined) ?? value;

/** An id or word as text; empty for anything but text and exact numbers. (`String()` fails on `{"toString":0}`.) */
export const textOf = (value: unknown): string =>
  typeof value === 'string' || (typeof value === 'number' && isExact(value)) ? String(value).trim() : '';

/** The first of these members that holds text; empty for none. */
export const firstText = (value: unknown, keys: readonly string[]): string =>
  keys.map((key) => textOf(member(value, key))).find((text) => text !== '') ?? '';

/** 0 is written where there is no id. */
export const isIdOfDigits = (value: unknown): boolean => /^(?!0+$)\d{1,18}$/.test(textOf(value));

/** All numeric ids in a body, and all numbers that may be one that JSON has rounded. */
export const numbersIn = (value: unknown): unknown[] => {
  if (isObject(value)) return Object.values(value).flatMap(numbersIn);
  return !isExact(value) || isIdOfDigits(value) ? [value] : [];
};

/** Whether any value in a body is this text. */
export function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return textOf(value) === text;
  return Object.values(value).some((each) => mentions(each, text));
}
