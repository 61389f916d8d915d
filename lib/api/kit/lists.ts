import { decodeCursor } from '#lib/platform/table/sharded-index';
import * as z from '#lib/platform/zod';
import { Instant } from './members.ts';
import { doc } from './meta.ts';

/** An empty parameter is an absent one. */
export const optionalParam = <S extends z.ZodMiniType>(schema: S) =>
  z.pipe(
    z.transform((value) => (value === '' ? undefined : value)),
    z.optional(schema),
  );

const isCursor = (cursor: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z#./.test(decodeCursor(cursor));

/** The parameters that all lists share. */
export const paging = {
  limit: doc(
    z.pipe(
      optionalParam(doc(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), { type: 'integer' })),
      z.transform((limit) => limit ?? 50),
    ),
    { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'How many at most.' },
  ),
  cursor: doc(optionalParam(z.string().check(z.maxLength(1024), z.refine(isCursor, 'is not a cursor of this list'))), {
    type: 'string',
    description: 'Where the page before ended: its `cursor`.',
  }),
};

/** A plus that was not escaped arrives as a space. */
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

/** Of a list with ship-by times. */
export const late = doc(
  z.pipe(
    optionalParam(z.enum(['true', 'false'])),
    z.transform((value) => (value === undefined ? undefined : value === 'true')),
  ),
  { type: 'boolean', description: 'Whether it cannot be shipped in time.' },
);

/** `{ "<plural>": […], "cursor"? }`: the last page has no cursor. A page may hold fewer than `limit` and still have one. */
export const listOf = <K extends string, S extends z.ZodMiniType>(plural: K, schema: S) =>
  z.object({
    [plural]: z.array(schema),
    cursor: doc(z.optional(z.string()), { description: 'Absent on the last page. A short page may have one.' }),
  } as Record<K, z.ZodMiniArray<S>> & { cursor: z.ZodMiniOptional<z.ZodMiniString> });
