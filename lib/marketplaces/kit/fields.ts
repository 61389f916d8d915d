import { compareText } from '#lib/platform/canonical-json';
import * as z from '#lib/platform/zod';
import { isObject } from './json.ts';
import { isNothing } from './shape.ts';

/** Where a body's members went, from path to path. */
export type Aliases = ReadonlyMap<string, string>;

const Path = z.string().check(
  z.regex(/^[^.[\]\s]+(\[\])?(\.[^.[\]\s]+(\[\])?)*$/, 'expected a path such as items[].sku'),
  z.refine((path) => !/(^|\.)(__proto__|constructor|prototype)(\.|\[|$)/.test(path), 'is not a path of a body'),
);

const lists = (path: string): number => path.split('[]').length;

/**
 * `settings.fields`: a vendor's path → the path that the connector reads, with `[]` for each item of a list. The value
 * at the first replaces the one at the second.
 */
export const Fields = z.record(Path, Path).check((context) => {
  for (const [from, to] of Object.entries(context.value)) {
    if (lists(from) === lists(to)) continue;
    context.issues.push({
      ...{ code: 'custom', input: to, path: [from] },
      message: `must have as many [] as "${from}": each item keeps its place`,
    });
  }
});

type Node = Record<string, unknown>;
const partsOf = (path: string): string[] => path.match(/\[\]|[^.[\]]+/g) ?? [];

/** Every value at a path, with its positions in lists. */
function find(value: unknown, [part, ...rest]: readonly string[], indexes: readonly number[] = []): Found[] {
  if (part === undefined) return value === undefined || value === null ? [] : [{ value, indexes }];
  if (part === '[]')
    return Array.isArray(value) ? value.flatMap((each, index) => find(each, rest, [...indexes, index])) : [];
  return isObject(value) && Object.hasOwn(value, part) ? find(value[part], rest, indexes) : [];
}
interface Found {
  value: unknown;
  indexes: readonly number[];
}

/** Sets a value at a path and creates what is missing or empty on the way; what is there and no object stays. */
function set(node: Node, parts: readonly string[], { value, indexes }: Found): void {
  const [part = '', ...rest] = parts;
  const [index = 0, ...others] = indexes;
  const key = part === '[]' ? `${index}` : part;
  if (rest.length === 0) {
    node[key] = value;
    return;
  }
  if (isNothing(node[key])) node[key] = rest[0] === '[]' ? [] : {};
  const next = node[key];
  if (isObject(next)) set(next, rest, { value, indexes: part === '[]' ? others : indexes });
}

/**
 * A body with members moved to where the connector reads them, by `settings.fields`. A path starts at the body or, if
 * it leads nowhere there, in the first member in which it leads somewhere: an envelope need not be named. Each alias
 * reads the body as it came; only what is not there may be in what another alias has moved.
 */
export function applyFields(raw: unknown, fields: unknown): { body: unknown; aliases: Aliases } {
  const aliases = new Map<string, string>();
  const entries = Object.entries(isObject(fields) ? fields : {}).map(([from, to]) => [from, String(to)] as const);
  if (entries.length === 0 || !isObject(raw)) return { body: raw, aliases };
  // DynamoDB keeps no order of its own: a whole comes before its parts, and of two for one member the last by name wins.
  entries.sort(([a, to], [b, other]) => compareText(to, other) || compareText(a, b));
  const body = structuredClone(raw);
  const wrapped = Object.entries(body).filter((entry): entry is [string, Node] => isObject(entry[1]));
  const nodes = [['', body, raw] as const, ...wrapped.map(([key, node]) => [`${key}.`, node, raw[key]] as const)];
  const move = ([from, to]: readonly [string, string], isMoved: boolean): boolean => {
    for (const [prefix, node, before] of nodes) {
      const found = find(isMoved ? node : before, partsOf(from));
      if (found.length === 0) continue;
      for (const each of found) set(node as Node, partsOf(to), structuredClone(each));
      aliases.set(`${prefix}${from}`, `${prefix}${to}`);
      return true;
    }
    return false;
  };
  const absent = entries.filter((alias) => !move(alias, false));
  // An absent member may be within what was moved; where an alias filled its very path, another one is there.
  for (const alias of absent) if (!entries.some(([, to]) => to === alias[0])) move(alias, true);
  return { body, aliases };
}

/** Whether a path is the other one, or continues it. */
export const isWithin = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

/** The paths of a member as the aliases are applied one after the other, its own first. */
export function translate(path: string, aliases: Aliases): string[] {
  const paths = [path];
  for (const [from, to] of aliases)
    paths.push(...paths.filter((each) => isWithin(each, from)).map((each) => to + each.slice(from.length)));
  return paths;
}
