import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, sameContent } from './canonical-json.ts';

const isAlike = (a: unknown, b: unknown): boolean => sameContent(a, b) === (canonicalJson(a) === canonicalJson(b));

it('takes for the same what has the same canonical text', () => {
  // Few names and values, so that pairs are alike often.
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(null, true, false, 0, 1, '', '0', undefined),
      fc.array(
        tie('json').map((each) => each ?? null),
        { maxLength: 2 },
      ),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('json'), { maxKeys: 2 }),
    ),
  }));
  fc.assert(fc.property(json, json, isAlike), { numRuns: 2000 });
  fc.assert(fc.property(json, (value) => isAlike(value, structuredClone(value))));
});

it.each([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: undefined }, {}, true],
  [{ a: undefined }, { b: undefined }, true],
  [{ a: undefined, c: 1 }, { b: 2, c: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{ 0: 1 }, [1], false],
  [null, {}, false],
  [{}, { toString: 1 }, false],
])('%j and %j', (a, b, same) => expect(sameContent(a, b)).toBe(same));
