import { INEXACT, isExact, isIdOfDigits, isObject, member, textOf } from './json.ts';
import { unreadable } from './shape.ts';

/**
 * The id of digits that a body names under the first of these paths: a webhook's whose document shows no body, so that it
 * may stand in any envelope. Undefined where there is none. Throws ContractError for a number that JSON has rounded.
 */
export function findNamedId(body: unknown, paths: readonly string[][]): string | undefined {
  const places = [body, inside(body), inside(inside(body))];
  for (const path of paths)
    for (const place of places) {
      const value = path.reduce<unknown>(member, place);
      if (!isExact(value)) throw unreadable(path.join('.'), INEXACT);
      if (isIdOfDigits(value)) return textOf(value);
    }
  return undefined;
}

/** What an envelope holds: its only object. Of two nothing says which is meant. */
function inside(value: unknown): unknown {
  const held = isObject(value) ? Object.values(value).filter(isObject) : [];
  return held.length === 1 ? held[0] : undefined;
}
