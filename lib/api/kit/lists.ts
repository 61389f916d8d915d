import { readJson } from '#lib/platform/json';
import { decodeCursor } from '#lib/platform/table/sharded-index';
import { MAX_SORT_KEY_BYTES } from '#lib/platform/table/table';
import * as z from '#lib/platform/zod';
import { invalid, MAX_ANSWER_BYTES } from './errors.ts';
import { doc, Instant, type Meta } from './meta.ts';

/** How long a value is as JSON, in bytes. */
export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The beginning of a list that fits into one answer; at least one item. */
export function upToAnswer<T>(all: readonly T[]): T[] {
  let bytes = 0;
  return all.filter((each, index) => {
    bytes += sizeOf(each);
    return index === 0 || bytes <= MAX_ANSWER_BYTES;
  });
}

/** A query parameter that may be absent, or empty, which is the same. */
export const optionalParam = <S extends z.ZodMiniType>(schema: S) =>
  z.pipe(
    z.transform((value) => (value === '' ? undefined : value)),
    z.optional(schema),
  );

/** A query parameter of any text, which may be absent. */
export const textParam = (own: Meta = {}) => doc(optionalParam(z.string()), { type: 'string', ...own });

/**
 * Throws ApiError 400 for a body whose filter names nothing, or has an empty member: an unset variable of a script
 * would widen a change to everything.
 */
export function requireFilter(body: string): void {
  const { filter } = readJson(body) as { filter: Record<string, unknown> };
  const [empty] = Object.entries(filter).find(([, value]) => value === '') ?? [];
  if (empty !== undefined) throw invalid(`filter.${empty}`, 'is empty: leave it out, or name one', 'empty_filter');
  if (Object.keys(filter).length === 0) throw invalid('filter', 'name at least one member', 'empty_filter');
}

/** A cursor is a sort key in base64url: four characters for three bytes. */
const MAX_CURSOR = Math.ceil((MAX_SORT_KEY_BYTES * 4) / 3);

/** The parameter `cursor` of a list with sort keys that match this pattern. */
export const cursorOf = (sort: RegExp) =>
  doc(optionalParam(z.string().check(z.maxLength(MAX_CURSOR), z.refine(isA(sort), 'is not a cursor of this list'))), {
    type: 'string',
    description: 'The `cursor` of the previous page.',
  });

const isA = (pattern: RegExp) => (cursor: string) => {
  const sort = decodeCursor(cursor);
  return pattern.test(sort) && Buffer.byteLength(sort) <= MAX_SORT_KEY_BYTES;
};

/** The parameters that all lists share. */
export const paging = {
  limit: doc(
    z.pipe(
      optionalParam(doc(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), { type: 'integer' })),
      z.transform((limit) => limit ?? 50),
    ),
    { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'The most items to return.' },
  ),
  cursor: cursorOf(/^\d{4}-\d\d-\d\dT[\d:.]+Z#./),
};

/** The `+` of an offset arrives as a space if it was not percent-encoded. */
const QueryInstant = z.pipe(
  z.transform((value) => (typeof value === 'string' ? value.replace(' ', '+') : value)),
  Instant,
);

export const since = doc(optionalParam(QueryInstant), {
  type: 'string',
  format: 'date-time',
  description: 'At or after this instant.',
  example: '2026-11-20T00:00:00Z',
});

export const until = doc(since, { description: 'At or before this instant.' });

/** The parameter `late` of lists with ship-by times. */
export const late = doc(
  z.pipe(
    optionalParam(z.enum(['true', 'false'])),
    z.transform((value) => (value === undefined ? undefined : value === 'true')),
  ),
  { type: 'boolean', description: 'Whether it is late.' },
);

/** `{ "<plural>": […], "cursor"? }`: the last page has no cursor. A page may hold fewer than `limit` and still have one. */
export const listOf = <K extends string, S extends z.ZodMiniType>(plural: K, schema: S) =>
  z.object({
    [plural]: z.array(schema),
    cursor: doc(z.optional(z.string()), { description: 'Absent on the last page. A short page may have one.' }),
  } as Record<K, z.ZodMiniArray<S>> & { cursor: z.ZodMiniOptional<z.ZodMiniString> });
