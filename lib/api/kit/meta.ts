import * as z from '#lib/platform/zod';

/** What a schema cannot say of itself, as members of OpenAPI's schema object; they win over what it does say. */
export type Meta = Readonly<Record<string, unknown>>;

/** The metadata of schemas; `id` names one in the OpenAPI document. */
export const metadata = z.registry<Meta & { id?: string }>();

/** The same schema with metadata of its own. The given one stays as it is. */
export function doc<S extends z.ZodMiniType>(schema: S, own: Meta): S {
  const copy = z.clone(schema, schema._zod.def, { parent: true });
  metadata.add(copy, own);
  return copy;
}

/** A schema that the OpenAPI document shows once, under this name. */
export const named = <S extends z.ZodMiniType>(id: string, schema: S, own: Meta = {}): S => doc(schema, { ...own, id });
