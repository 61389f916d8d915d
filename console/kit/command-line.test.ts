import { expect, test } from 'vitest';
import { curl, longshore, quote } from './command-line.ts';

test('a word is written as a shell reads it', () => {
  expect(['dlv_1', 'scopio-main:ord_1', "it's", 'a b', '$(x)', ''].map(quote)).toEqual([
    ...['dlv_1', 'scopio-main:ord_1', `'it'\\''s'`, `'a b'`, `'$(x)'`, `''`],
  ]);
});

test('options without a value are left out, and those that are said have none', () => {
  const options = { state: 'dead', cause: undefined, message: "code '…'", canary: true, late: false };
  expect(longshore('deliveries replay', options)).toBe(
    `longshore deliveries replay --state dead --message 'code '\\''…'\\''' --canary`,
  );
});

test('a call names neither the hub nor the key, and nothing in it is the shell’s but those two', () => {
  const path = `/orders/${encodeURIComponent("a:$(x)'`!")}/reveal`;
  expect(curl('POST', path, { query: { q: '$HOME"' }, body: { reason: "it's" } })).toBe(
    [
      'curl -sS -X POST -H "Authorization: Bearer $LONGSHORE_API_KEY"',
      '"$LONGSHORE_URL/orders/a%3A%24%28x%29%27%60%21/reveal?q=%24HOME%22"',
      `-H 'content-type: application/json' -d '{"reason":"it'\\''s"}'`,
    ].join(' '),
  );
});
