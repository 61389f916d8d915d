import { type Aliases, isWithin, translate } from './fields.ts';
import { isObject } from './json.ts';

/** A member of a body by its path, in which `[]` is any item of a list and `*` any key that is data. */
export interface BodyMember {
  path: string;
  /** `text`, `number`, `boolean`, `null`, and `list` or `object` if it is empty. */
  types: readonly string[];
  /** The mapper looked at it. */
  isRead: boolean;
}

/** The members of a body, and which of them nobody read. */
export interface ReadBody {
  members: BodyMember[];
  /** Paths that hold something and were not read, only the topmost of each branch: sorted, and at most 30. */
  unread: string[];
}

const MAX_UNREAD = 30;
const MAX_PATHS = 300;
const MAX_DEPTH = 10;
/** Items of one list that are looked at: the others look like them. */
const MAX_ITEMS = 50;
/** An object with more members is a map. */
const MAX_NAMES = 40;

/** Names as documents have them: `street_2` and not `ord_8f3a`, `MUG-RED` or somebody's address. */
const NAME = /^[$@_]?[a-z][a-z_]{0,39}\d{0,2}$/i;

/** Whether an object's keys are data, such as ids: half of them are no names, there are many, or all values look alike. */
function isMap(object: object): boolean {
  const entries = Object.entries(object);
  const others = entries.filter(([key]) => !NAME.test(key)).length;
  if (entries.length > MAX_NAMES || (others > 0 && others * 2 >= entries.length)) return true;
  if (entries.length <= 2 || !entries.every(([, value]) => isObject(value))) return false;
  const shapes = new Set(entries.map(([, value]) => Object.keys(value).sort().join()));
  return shapes.size === 1 && !shapes.has('');
}

/** Which objects of the bodies at hand are maps. */
const maps = new WeakMap<object, boolean>();

function pathOf(at: string, parent: object, key: string): string {
  if (Array.isArray(parent)) return `${at}[]`;
  const known = maps.get(parent) ?? isMap(parent);
  maps.set(parent, known);
  return `${at}${at && '.'}${known || !NAME.test(key) ? '*' : key}`;
}

/** Wraps a body so that it notes the path of every member that is looked at. */
function recorder(value: unknown, at: string, paths: Set<string>): unknown {
  if (!isObject(value)) return value;
  const noted = new Map<string, unknown>();
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'string' && noted.has(key)) return noted.get(key);
      const found: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || !Object.hasOwn(target, key) || (Array.isArray(target) && key === 'length'))
        return found;
      const path = pathOf(at, target, key);
      paths.add(path);
      noted.set(key, recorder(found, path, paths));
      return noted.get(key);
    },
  });
}

/** Which paths of a body a pure function looks at, even if it fails. */
export function recordReads(body: unknown, read: (body: unknown) => unknown): Set<string> {
  const paths = new Set<string>();
  try {
    read(recorder(body, '', paths));
  } catch {
    // Whoever reads the body itself meets the same error.
  }
  return paths;
}

interface Leaf {
  types: Set<string>;
  /** Whether it ever held more than null, blank text or nothing. */
  says: boolean;
}

function walk(value: unknown, at: string, leaves: Map<string, Leaf>, depth = 0): void {
  const entries = isObject(value) && depth < MAX_DEPTH ? Object.entries(value) : [];
  if (isObject(value) && entries.length > 0) {
    for (const [key, each] of entries.slice(0, Array.isArray(value) ? MAX_ITEMS : undefined))
      walk(each, pathOf(at, value, key), leaves, depth + 1);
    return;
  }
  if (at === '' || (leaves.size >= MAX_PATHS && !leaves.has(at))) return;
  const leaf = leaves.get(at) ?? { types: new Set(), says: false };
  leaves.set(at, leaf);
  leaf.types.add(typeOf(value));
  leaf.says ||= !(value === null || value === '' || isObject(value)) || depth >= MAX_DEPTH;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}

/** A body as it came, and the paths that were read once its aliases were applied. */
export function describeBody(raw: unknown, reads: ReadonlySet<string>, aliases: Aliases): ReadBody {
  const leaves = new Map<string, Leaf>();
  walk(raw, '', leaves);
  const isRead = (path: string) => translate(path, aliases).some((each) => reads.has(each));
  const moved = [...aliases.keys()].filter(isRead);
  const holdsRead = (path: string) =>
    isRead(path) || translate(path, aliases).some((each) => moved.some((from) => isWithin(from, each)));
  const members = [...leaves].map(([path, { types }]) => ({ path, types: [...types].sort(), isRead: isRead(path) }));
  const unread = members
    .filter((member) => !member.isRead && leaves.get(member.path)?.says)
    .map(({ path }) => upTo(path).find((above) => !holdsRead(above)) ?? path);
  return { members, unread: [...new Set(unread)].sort().slice(0, MAX_UNREAD) };
}

/** `a[].b` as `a`, `a[]`, `a[].b`. */
function upTo(path: string): string[] {
  const parts = path.match(/\[\]|[^.[\]]+/g) ?? [];
  let sum = '';
  return parts.map((part) => {
    sum += part === '[]' || sum === '' ? part : `.${part}`;
    return sum;
  });
}
