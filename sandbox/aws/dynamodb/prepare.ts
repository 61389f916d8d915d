import { validationError } from '../aws-error.ts';
import { type ActionStore, type AttributeValue, engine, type Input, type Item } from './dynalite.ts';
import { itemSize } from './item-size.ts';
import { check } from './operations.ts';

/** The parameter of each operation that holds an item or a key. */
const ITEM_PARAMETERS: Readonly<Record<string, string>> = {
  PutItem: 'Item',
  GetItem: 'Key',
  UpdateItem: 'Key',
  DeleteItem: 'Key',
  Query: 'ExclusiveStartKey',
};
const MAX_ITEM_BYTES = 409_600;
const MAX_KNOWN = 2000;

/** Stands for a value in a known request. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** dynalite's results by request, without values: they serve every request that differs in its values only. */
const known = new Map<string, Input>();

/**
 * Checks an input and parses its expressions. A program sends the same few requests with other values, so dynalite
 * checks each of them once; after that only values are checked. Whatever is not plainly right goes to dynalite.
 */
export function prepare(name: string, input: Input, store: ActionStore): Input {
  const place = ITEM_PARAMETERS[name];
  const key = place && signatureOf(name, place, input);
  if (!key) return check(name, input, store);
  const { [place]: item, ExpressionAttributeValues: values } = input as Record<string, Item | undefined>;
  if (name === 'PutItem' && item && itemSize(item) > MAX_ITEM_BYTES)
    throw validationError('Item size has exceeded the maximum allowed size');
  const form = known.get(key);
  const filled = form && fill(form, values ?? {});
  if (filled !== undefined) return { ...(filled as Input), ...(item && { [place]: item }) };
  const checked = check(name, { ...input }, store);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, formOf(checked, place));
  return checked;
}

/** A request without its values, of which only the types count; undefined if a value needs a closer look. */
function signatureOf(name: string, place: string, input: Input): string | undefined {
  const { [place]: item, ExpressionAttributeValues: values, ...rest } = input;
  if (item !== undefined && !isPlainMap(item)) return undefined;
  if (values !== undefined && !isPlainMap(values)) return undefined;
  const text = JSON.stringify(rest);
  // These look at values when they are parsed, not only when they run.
  if (LEGACY.some((parameter) => parameter in rest)) return undefined;
  const parsed = text.includes('attribute_type') ? typesAskedFor(text) : [];
  if (!parsed) return undefined;
  let types = item === undefined ? '' : place;
  for (const [placeholder, value] of Object.entries((values ?? {}) as Item))
    types += ` ${placeholder}${parsed.includes(placeholder) ? JSON.stringify(value) : Object.keys(value ?? {})[0]}`;
  return `${name} ${text}${values === undefined ? '' : ':'}${types}`;
}

/** The placeholders of `attribute_type`, whose values are read when parsed; undefined if one is not found. */
function typesAskedFor(text: string): string[] | undefined {
  const found = [...text.matchAll(/attribute_type\s*\([^(),]*,\s*(:\w+)\s*\)/g)].map(
    ([, placeholder = '']) => placeholder,
  );
  return found.length === text.split('attribute_type').length - 1 ? found : undefined;
}

const LEGACY = ['Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter', 'AttributeUpdates'];
/** A number as dynalite stores it, far from the limits of its precision. */
const NUMBER = /^(?:0|-?[1-9]\d{0,36}|-?(?:0|[1-9]\d{0,17})\.\d{0,17}[1-9])$/;

export function isPlainMap(map: unknown): map is Item {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return false;
  for (const name in map) if (!isPlain((map as Item)[name])) return false;
  return true;
}

/** Whether a value needs no check by dynalite; sets always get one. */
function isPlain(value: unknown): value is AttributeValue {
  if (typeof value !== 'object' || value === null) return false;
  const [type, more] = Object.keys(value);
  if (type === undefined || more !== undefined) return false;
  const inner = (value as AttributeValue)[type];
  switch (type) {
    case 'S':
      return typeof inner === 'string';
    case 'N':
      return typeof inner === 'string' && NUMBER.test(inner);
    case 'BOOL':
      return typeof inner === 'boolean';
    case 'NULL':
      return inner === true;
    case 'B':
      return typeof inner === 'string' && Buffer.from(inner, 'base64').toString('base64') === inner;
    case 'L':
      return Array.isArray(inner) && inner.every(isPlain);
    case 'M':
      return isPlainMap(inner);
    default:
      return false;
  }
}

/** A checked request with placeholders for the very values it was given. */
function formOf(checked: Input, place: string): Input {
  const { [place]: _item, ExpressionAttributeValues: values = {}, ...rest } = checked;
  const names = new Map<unknown, Placeholder>(
    Object.entries(values as Item).map(([name, value]) => [value, new Placeholder(name)]),
  );
  const copy = (node: unknown): unknown => {
    const found = names.get(node);
    if (found) return found;
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    const copied: Input = Object.create(Object.getPrototypeOf(node));
    for (const name in node) copied[name] = copy((node as Input)[name]);
    return copied;
  };
  return copy(rest) as Input;
}

/** A copy of a form with values filled in; undefined if they do not fit, which dynalite then reports. */
function fill(node: unknown, values: Item): unknown {
  if (node instanceof Placeholder) return values[node.name];
  if (Array.isArray(node)) {
    const members = node.map((member) => fill(member, values));
    return members.includes(undefined) ? undefined : members;
  }
  if (typeof node !== 'object' || node === null) return node;
  const copy: Input = Object.create(Object.getPrototypeOf(node));
  for (const name in node) {
    const member = (node as Input)[name];
    const filled = fill(member, values);
    if (filled === undefined && member !== undefined) return undefined;
    copy[name] = filled;
  }
  if (copy.type === 'between' && isUpsideDown(copy.args as AttributeValue[])) return undefined;
  return copy;
}

function isUpsideDown([, low, high]: AttributeValue[]): boolean {
  if (low === undefined || high === undefined || Array.isArray(low) || Array.isArray(high)) return false;
  return engine.compare('GT', low, high);
}
