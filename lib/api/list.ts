import { z } from '@hono/zod-openapi';
import { decodeCursor } from '#lib/aws/index-query';

/** An empty parameter is an absent one. */
export const optionalParam = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** An instant as the hub tells it: in UTC, to the millisecond. */
export const Timestamp = z.iso.datetime().openapi({ example: '2026-11-20T08:15:00.000Z' });

/** An instant as callers send it, with any offset; read as the hub tells it. */
export const Instant = z.iso
  .datetime({ offset: true, error: 'expected an instant with its offset, such as 2026-11-20T08:15:00Z' })
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-20T09:15:00+01:00' });

const isCursor = (cursor: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z#./.test(decodeCursor(cursor));

/** The parameters that all lists share. */
export const paging = {
  limit: optionalParam(z.coerce.number().int().min(1).max(200).openapi({ type: 'integer' }))
    .transform((limit) => limit ?? 50)
    .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'How many at most.' }),
  cursor: optionalParam(z.string().max(1024).refine(isCursor, 'is not a cursor of this list')).openapi({
    type: 'string',
    description: 'Where the page before ended: its `cursor`.',
  }),
};

/** A plus that was not escaped arrives as a space. */
const QueryInstant = z.preprocess((value) => (typeof value === 'string' ? value.replace(' ', '+') : value), Instant);

export const since = optionalParam(QueryInstant).openapi({
  type: 'string',
  format: 'date-time',
  description: 'At or after this instant.',
  example: '2026-11-20T00:00:00Z',
});

export const until = since.openapi({ description: 'At or before this instant.' });

/** Of a list with ship-by times. */
export const late = optionalParam(z.enum(['true', 'false']))
  .transform((value) => (value === undefined ? undefined : value === 'true'))
  .openapi({ type: 'boolean', description: 'Whether it cannot be shipped in time.' });

/** `{ "<plural>": […], "cursor"? }`: the last page has no cursor. A page may hold fewer than `limit` and still have one. */
export const listOf = <K extends string, S extends z.ZodType>(plural: K, schema: S) =>
  z.object({
    [plural]: z.array(schema),
    cursor: z.string().optional().openapi({ description: 'Absent on the last page. A short page may have one.' }),
  } as Record<K, z.ZodArray<S>> & { cursor: z.ZodOptional<z.ZodString> });

export const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
});

export const body = <S extends z.ZodType>(schema: S, required = true) => ({
  required,
  content: { 'application/json': { schema } },
});
