import { expect, test } from 'vitest';
import { info } from '#lib/marketplaces/shoppo/manifest';
import { map } from '#lib/marketplaces/shoppo/map';
import { connectionOf, RECEIVED_AT, readFixture } from '#test/conformance/kit';
import { DIALECTS } from './dialects.ts';

const ORDER = readFixture(info.name, 'order.json') as Record<string, unknown>;

const read = (body: unknown) => map({ topic: 'order', body, receivedAt: RECEIVED_AT }, connectionOf(info));

test.each(Object.keys(DIALECTS) as Array<keyof typeof DIALECTS>)('%s is the same order', (name) => {
  const shown = DIALECTS[name](structuredClone(ORDER));
  expect(shown).not.toEqual(ORDER);
  expect(read(shown)).toEqual(read(ORDER));
});

test('without its status it is an error that names it', () => {
  expect(() => read({ ...ORDER, status: null })).toThrow('status: is missing');
});
