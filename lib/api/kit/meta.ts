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

/** Has the OpenAPI document show this very schema once, under this name, and gives it and its members metadata. */
export function named<S extends z.ZodMiniType>(id: string, schema: S, own: Meta = {}, members?: MembersOf<S>): S {
  metadata.add(schema, { ...own, id });
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema instanceof z.ZodMiniObject ? schema.shape : {};
  for (const [name, meta] of Object.entries(members ?? {})) {
    const member = shape[name];
    if (!member || metadata.has(member)) throw new Error(`${id}.${name} has its metadata from another schema`);
    metadata.add(member, meta as Meta);
  }
  return schema;
}

type MembersOf<S> = S extends z.ZodMiniObject<infer Shape> ? { readonly [Name in keyof Shape]?: Meta } : never;

/** The members of a value that a schema has; what else the hub keeps of it stays inside. */
export const pick = <S extends z.ZodMiniObject>({ shape }: S, value: z.output<S>): z.output<S> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name in shape)) as z.output<S>;
