import { expect, test } from 'vitest';
import { readJson, readWrapped } from './json.ts';

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);

test('reads JSON as it stands, and nothing else', () => {
  const text = '{"a":[1,{"b":null}],"__proto__":{"c":"]"}}';
  expect(JSON.stringify(readJson(text))).toBe(text);
  expect(JSON.stringify(readJson(nested(200)))).toBe(nested(200));
  expect(readJson('\uFEFF[1]')).toEqual([1]);
  expect([readJson('7'), readJson('null'), readJson('{'), readJson('')]).toEqual([7, null, undefined, undefined]);
});

test('reads JSON that is wrapped in a JSON string, and a string that is none as it stands', () => {
  const wrapped = [JSON.stringify('{"a":1}'), '{"a":1}', '"[7"', '"7"', '""', '0', '{'].map(readWrapped);
  expect(wrapped).toEqual([{ a: 1 }, { a: 1 }, '[7', '7', '', 0, undefined]);
});

test('what is nested deeper than anybody can walk by recursion is null, and what stands beside it is read', () => {
  expect(JSON.stringify(readJson(nested(100_000)))).toBe(`${'['.repeat(200)}null${']'.repeat(200)}`);
  const objects = `{"id":"ord_1","extra":${'{"__proto__":'.repeat(40_000)}1${'}'.repeat(40_000)}}`;
  expect(readJson(objects)).toMatchObject({ id: 'ord_1' });
  expect(JSON.stringify(readJson(objects)).length).toBeLessThan(5_000);
});
