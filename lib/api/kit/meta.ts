import { Decision } from '#lib/platform/decision';
import { parseTraceparent } from '#lib/platform/telemetry/trace';
import { WrittenInstant } from '#lib/platform/time';
import * as z from '#lib/platform/zod';

/** Members of OpenAPI's schema object that a zod schema cannot express; they override the generated ones. */
export type Meta = Readonly<Record<string, unknown>>;

/** The metadata of schemas; `id` names one in the OpenAPI document. */
export const metadata = z.registry<Meta & { id?: string }>();

/** The same schema with metadata of its own. The original is not changed. */
export function doc<S extends z.ZodMiniType>(schema: S, own: Meta): S {
  const copy = z.clone(schema, schema._zod.def, { parent: true });
  metadata.add(copy, own);
  return copy;
}

/**
 * Registers a schema, which the OpenAPI document then shows once under this name, with metadata for it and its
 * `members`; a plain string is a description.
 */
export function named<S extends z.ZodMiniType>(
  id: string,
  schema: S,
  { members, ...own }: Meta & { members?: MembersOf<S> } = {},
): S {
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema instanceof z.ZodMiniObject ? schema.shape : {};
  for (const [name, meta] of Object.entries<Meta | string | undefined>({ ...members })) {
    const member = shape[name];
    if (!member || metadata.has(member)) throw new Error(`${id}.${name} has its metadata from another schema`);
    metadata.add(member, typeof meta === 'string' ? { description: meta } : { ...meta });
  }
  metadata.add(schema, { ...own, id });
  return schema;
}

type MembersOf<S> = S extends z.ZodMiniObject<infer Shape> ? { readonly [Name in keyof Shape]?: Meta | string } : never;

/** The members of a stored value that the schema of an answer has: the hub's own bookkeeping is left out. */
export const pick = <S extends z.ZodMiniObject>({ shape }: S, value: z.output<S>): z.output<S> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name in shape)) as z.output<S>;

/** An instant as callers send it, with any offset; read as UTC with milliseconds. */
export const Instant = doc(
  z.pipe(
    WrittenInstant,
    z.transform((text) => new Date(text).toISOString()),
  ),
  { type: 'string', format: 'date-time', example: '2026-11-20T09:15:00+01:00' },
);

/** Refuses control characters and half characters: other systems that are told of it refuse them, or write them otherwise. */
export const legible = z.refine<string>(
  (text) => text.isWellFormed() && !/[^\P{Cc}\t\n\r]/u.test(text),
  'has a character that cannot be written',
);

/** Refuses what `legible` refuses, and line breaks and tabs, for what labels and screens show in one line. */
export const inOneLine = z.refine<string>(
  (text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text),
  'must be one line, without characters that cannot be written',
);

export const Reason = doc(z.optional(z.string().check(z.trim(), z.maxLength(500), legible)), {
  description: 'Recorded with the name of whoever asked.',
});
/** A reason that must be given. */
export const Why = doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(500), legible), {
  description: 'Recorded with the name of whoever asked.',
});

metadata.add(Decision.shape.by, {
  description: 'The API key’s name, or `cli:` and the user for what bypasses the API.',
});

export const TraceId = doc(z.nullable(z.string()), {
  description: 'W3C trace id: the log lines of its cause and of its consequences show it as `trace_id`.',
  example: '4bf92f3577b34da6a3ce929d0e0e4736',
});

export const traceIdOf = ({ trace }: { trace?: string | undefined }): string | null =>
  parseTraceparent(trace)?.traceId ?? null;
