import { INEXACT, isExact, isIdOfDigits, isObject, member, textOf } from './json.ts';
import { unreadable } from './shape.ts';

/**
 * The numeric id that a body has under the first of these paths, for webhooks whose body is undocumented: it may be in
 * any envelope. Undefined if there is none. Throws ContractError for a number that JSON has rounded.
 */
export function findNamedId(body: unknown, paths: readonly string[][]): string | undefined {
  const outer = inside({ value: body, isNamed: false });
  const candidates = [{ value: body, isNamed: false }, outer, inside(outer)];
  for (const path of paths)
    for (const { value: candidate, isNamed } of candidates) {
      // The `id` of an object with a name of its own belongs to that object: to a customer, not to the order.
      if (isNamed && path.join() === 'id') continue;
      const value = path.reduce<unknown>(memberLike, candidate);
      if (!isExact(value)) throw unreadable(path.join('.'), INEXACT);
      if (isIdOfDigits(value)) return textOf(value);
    }
  return undefined;
}

/** A member by its name, however that is written: `order_id`, `orderId`, `OrderID`. */
function memberLike(value: unknown, name: string): unknown {
  const keys = isObject(value) && !Object.hasOwn(value, name) ? Object.keys(value) : [];
  return member(value, keys.find((key) => plain(key) === plain(name)) ?? name);
}

const plain = (key: string): string => key.replaceAll(/[_-]/g, '').toLowerCase();

interface Candidate {
  value: unknown;
  /** Whether the path here leads through anything but lists and the usual names for an envelope's content. */
  isNamed: boolean;
}

const ENVELOPE = /^(data|payload|body|object|resource|\d+)$/;

/** An envelope's content: its only object. With two, nothing says which is meant. */
function inside({ value, isNamed }: Candidate): Candidate {
  const held = isObject(value) ? Object.entries(value).filter(([, each]) => isObject(each)) : [];
  const [name, only] = held.length === 1 ? (held[0] ?? []) : [];
  return { value: only, isNamed: isNamed || !ENVELOPE.test(name ?? '') };
}
