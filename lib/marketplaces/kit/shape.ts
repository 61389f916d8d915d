import { ContractError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { INEXACT, isExact, isObject, member, textOf, unquoted } from './json.ts';

// Each is built when it is first read, as is what vendors make of them: a worker that starts needs none yet.
const TextOrNumber = z.lazy(() =>
  z.union([z.string(), z.number()], { error: 'expected text' }).check(z.refine(isExact, INEXACT)),
);

const wholeOrText = () =>
  TextOrNumber.check(
    z.refine((value) => typeof value === 'string' || Number.isInteger(value), 'expected text or a whole number'),
  );

const filled = (raw: typeof TextOrNumber) =>
  z.pipe(
    z.pipe(
      raw,
      z.transform((value) => String(value).trim()),
    ),
    z.string().check(z.minLength(1, 'expected text that is not blank')),
  );

/** An amount that must be there, in whatever form. */
export const price = z.unknown().check(z.refine((value) => !isNothing(value), 'expected an amount'));

/** Anything, even nothing: for figures that are only a check, and members in several forms. */
export const anything = z.optional(z.unknown());

/** What a function makes of a member, whatever that is. */
export const reading = <T>(read: (value: unknown) => T) => z.pipe(anything, z.transform(read));

/** Absent and null are the same, as are `""`, `[]` and `{}` from vendors who write everything empty alike. */
export const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (isObject(value) && Object.keys(value).length === 0);

/** A member that may be nothing. */
export const optional = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    reading((value) => (isNothing(value) ? undefined : value)),
    z.optional(schema),
  );

/** Blank text means nothing as well. */
const orNothing = (raw: typeof TextOrNumber) =>
  z.pipe(
    optional(raw),
    z.transform((value) => String(value ?? '').trim() || undefined),
  );

/** Text that vendors also send as a number. Blank counts as missing. */
export const text = z.lazy(() => filled(TextOrNumber));
export const optionalText = z.lazy(() => orNothing(TextOrNumber));

/** Text that nothing depends on: a value that is neither text nor a number is ignored. */
export const looseText = reading((value) => textOf(value) || undefined);

const NAMES = ['code', 'name', 'title', 'label', 'value', 'method', 'status'];

/** A parcel's number, or a list with just one; zeros, dashes and words for nothing count as none. */
export const trackingNumber = z.pipe(
  reading((value) => textOf(Array.isArray(value) && value.length === 1 ? value[0] : value) || undefined),
  z.transform((value) => (/^([\W_0]*|null|none|nil|n\/?a)$/i.test(value ?? '') ? undefined : value)),
);

/** Members that are read by the same schema. */
export const each = <T, Name extends string>(schema: T, ...names: Name[]) =>
  Object.fromEntries(names.map((name) => [name, schema])) as Record<Name, T>;
export const looseTexts = <Name extends string>(...names: Name[]) => each(looseText, ...names);

/** A word, or an object or list by the first member that names it: what is not looked at stays unread. */
export const looseWord = reading((value) => {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  const name = NAMES.find((key) => /\D/.test(textOf(member(one, key))));
  return textOf(one) || (name === undefined ? undefined : textOf(member(one, name)));
});

/**
 * A list, also as JSON in text. For an object in place of it: the one list in it, or its members if each is an object,
 * or else the object itself.
 */
export function listed(raw: unknown): unknown {
  const value = unquoted(raw);
  if (!isObject(value) || Array.isArray(value)) return value;
  // .NET may number its objects and name their types: `{ "$id": "2", "$values": […] }`.
  const held = Object.entries(value).flatMap(([name, each]) => (/^\$(id|type)$/.test(name) ? [] : [each]));
  if (held.length === 1 && Array.isArray(held[0])) return held[0];
  return held.every(isObject) ? held : [value];
}

/** A list, or an object keyed by its items' ids, which is how PHP writes one with gaps. */
export const itemsOf = <T extends z.ZodMiniType>(schema: T) => z.pipe(reading(listed), z.array(schema));

/** Lists may hold nulls, as GraphQL's `[OrderItem]`: those are left out. */
export const nullableItemsOf = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    itemsOf(z.nullish(schema)),
    z.transform((all) => all.filter((one): one is NonNullable<typeof one> => one != null)),
  );

/** A list read like `itemsOf`, without items of another shape; empty if there is none. */
export const looseList = <T extends z.ZodMiniType>(schema: T) =>
  reading((value): Array<z.infer<T>> => {
    const list = listed(value);
    const read = Array.isArray(list) ? list.map((one) => schema.safeParse(one)) : [];
    return read.flatMap((one) => (one.success ? [one.data as z.infer<T>] : []));
  });

/** What the schema reads of a member that nothing depends on: a value of another shape is ignored. */
export const loose = <T extends z.ZodMiniType>(schema: T) =>
  reading((value) => schema.safeParse(value).data as z.infer<T> | undefined);

/** What a table key and a path segment can hold: neither can hold half a character. */
const keyOf = (bytes: number) => [
  z.refine<string | undefined>((value) => (value ?? '').isWellFormed(), 'has half a character in it'),
  z.refine<string | undefined>((value) => Buffer.byteLength(value ?? '') <= bytes, `is longer than ${bytes} bytes`),
];

/** DynamoDB's sort keys have 1,024 bytes: a SKU is in one twice, once with each `#` as three, beside a connection's id. */
const MAX_ID_BYTES = 200;

/** A vendor's name for an order, a line, a SKU or anything else. */
export const id = z.lazy(() => filled(wholeOrText()).check(...keyOf(MAX_ID_BYTES)));
export const optionalId = z.lazy(() => orNothing(wholeOrText()).check(...keyOf(MAX_ID_BYTES)));
/** Our order's id as a shipper repeats it: longer by its connection's id and the placement's count. */
export const ourId = z.lazy(() => filled(wholeOrText()).check(...keyOf(MAX_ID_BYTES + 100)));
export const optionalOurId = z.lazy(() => orNothing(wholeOrText()).check(...keyOf(MAX_ID_BYTES + 100)));

const numberLike = (form: RegExp, expected: string) =>
  z.lazy(() =>
    z.pipe(
      z.pipe(text, z.string().check(z.regex(form, expected))),
      z.transform((number) => Number.parseFloat(number.replace(',', '.'))),
    ),
  );

/** A whole number, or its text: a comma before three zeros may separate thousands. */
export const integer = numberLike(/^-?\d{1,15}(\.0+|,00?)?$/, 'expected a whole number');

/**
 * How many of a product there are, or `99+` for at least as many. It may be sold by weight or length: a fraction of one
 * cannot be sold as one.
 */
export const stocked = z.lazy(() =>
  z.pipe(numberLike(/^-?\d{1,15}(\.\d+)?\+?$/, 'expected a number'), z.transform(Math.floor)),
);

/** An amount in minor units: text with decimals would be in major units. */
export const minorUnits = numberLike(/^-?\d{1,15}$/, 'expected minor units, a whole number');

/** How many: a whole number that is not negative. */
export const count = z.lazy(() =>
  z.pipe(integer, z.number().check(z.minimum(0, 'expected a number that is not negative'))),
);

/** In the words of databases, forms and the channels' languages. */
const YES = /^(true|t|yes|y|on|tak|ja|s[ií]|1)$/i;
const NO = /^(false|f|no|n|off|nie|nein|nej|0)$/i;

const isFlag = (word: string): boolean => YES.test(word) || NO.test(word);

/** A boolean, or its digit or word. */
export const flag = z.lazy(() =>
  z.pipe(
    z.union([z.boolean(), z.pipe(text, z.string().check(z.refine(isFlag, 'expected a flag')))], {
      error: 'expected a flag',
    }),
    z.transform((value) => value === true || (value !== false && YES.test(value))),
  ),
);

export const timeZone = z.string().check(z.refine(isZone, 'must be an IANA time zone'));

/** Settings are read for every body, and asking Intl takes longer than the rest of them. */
const zones = new Set<string>();

function isZone(name: string): boolean {
  if (zones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** An object, or the first of a list, also as JSON in text; anything else becomes the value of its member `own`. */
export const optionalObject = <T extends z.ZodMiniType>(schema: T, own: string) =>
  z.pipe(
    reading((raw): unknown => {
      const value = unquoted(raw);
      const one: unknown = Array.isArray(value) ? value[0] : value;
      return isObject(one) || isNothing(one) ? one : { [own]: one };
    }),
    optional(schema),
  );

/**
 * A vendor's body in the shape we need; extra keys are allowed and dropped. Throws ContractError with the path of what
 * is missing or wrong, below `at`; it quotes no value of the body.
 */
export function readShape<T>(schema: z.ZodMiniType<T>, body: unknown, at = ''): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const missing = (path.reduce<unknown>(member, body) ?? null) === null;
  throw unreadable(pathOf(path, at), missing ? 'is missing' : (issue?.message ?? 'has an unexpected shape'));
}

/** The error for a body that its vendor's document does not explain: it names the field, and no value. */
export function unreadable(field: string, problem: string): ContractError {
  return new ContractError({ code: 'unexpected_shape', description: `${field || 'the body'}: ${problem}`, field });
}

/** What `read` returns; undefined if it cannot be read and nothing depends on it. */
export function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}

function pathOf(path: readonly PropertyKey[], at: string): string {
  return path.reduce<string>((sum, key) => {
    if (typeof key === 'number') return `${sum}[${key}]`;
    return sum === '' ? String(key) : `${sum}.${String(key)}`;
  }, at);
}

/** Paths of fields below `at`. */
export const pathUnder = (at: string) => (field: string) => (at === '' ? field : `${at}.${field}`);

/** Throws for a member that may be absent, but not in the order being mapped. */
export function needed(field: string): never {
  throw unreadable(field, 'is missing');
}

/** The id, with the first number appended that makes it unlike the others, which it then joins. */
export function unused(id: string, others: Set<string>): string {
  let own = id;
  for (let n = 2; others.has(own); n++) own = `${id}-${n}`;
  others.add(own);
  return own;
}

/** Names reduced to letters, cached, as bodies use the same few. The underscore stays in `_id`, which is no `id`. */
const lettersOf = new Map<string, string>();
const MAX_NAMES = 1_000;
const MAX_NAME_LENGTH = 50;

function letters(name: string): string {
  const known = lettersOf.get(name);
  if (known !== undefined) return known;
  const found = name
    .normalize('NFD')
    .replaceAll(/(?!^_)[^a-z0-9]/gi, '')
    .toLowerCase();
  if (lettersOf.size >= MAX_NAMES) lettersOf.clear();
  if (name.length <= MAX_NAME_LENGTH) lettersOf.set(name, found);
  return found;
}

/**
 * An object whose members may be spelled otherwise (`TrackingNumber`, `número guía`) or have other names: the first of
 * them that holds something counts.
 */
export const spelled = <S extends Record<string, z.ZodMiniType>>(
  members: () => S,
  names: Readonly<Record<string, readonly string[]>> = {},
) =>
  z.lazy(() => {
    const shape = members();
    const own = Object.keys(shape);
    const read = reading((value) => (isObject(value) && !Array.isArray(value) ? respelled(value, own, names) : value));
    return z.pipe(read, z.object(shape));
  });

/** The members of an object under their `own` names. */
function respelled(value: object, own: readonly string[], names: Readonly<Record<string, readonly string[]>>) {
  const keys = Map.groupBy(Object.keys(value), letters);
  const says = (key: string): boolean => !isNothing(member(value, key));
  const keyOf = (name: string): string => {
    if (says(name)) return name;
    for (const each of [name, ...(names[name] ?? [])]) {
      const found = says(each) ? each : keys.get(letters(each))?.find(says);
      if (found !== undefined) return found;
    }
    return name;
  };
  const found = own.map((name) => [name, member(value, keyOf(name))] as const);
  return Object.fromEntries(found.filter(([, one]) => one !== undefined));
}

type Defined<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** An object without its undefined members. */
export function defined<T extends Record<string, unknown>>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** An object without its empty lists. */
export const nonEmpty = <T extends Record<string, readonly unknown[]>>(lists: T): Partial<T> =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;
