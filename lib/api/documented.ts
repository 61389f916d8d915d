import * as z from '#lib/platform/zod';

/** What a schema cannot say of itself, in OpenAPI's words; they win over what it does say. */
export type Words = Readonly<Record<string, unknown>>;

/** What is known of schemas besides their shapes; `id` names one in the OpenAPI document. */
export const words = z.registry<Words & { id?: string }>();

/** The same schema with words of its own. The given one stays as it is. */
export function doc<S extends z.ZodMiniType>(schema: S, own: Words): S {
  const copy = z.clone(schema, schema._zod.def, { parent: true });
  words.add(copy, own);
  return copy;
}

/** A schema that the OpenAPI document shows once, under this name. */
export const named = <S extends z.ZodMiniType>(id: string, schema: S, own: Words = {}): S =>
  doc(schema, { ...own, id });
