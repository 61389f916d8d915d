import { expect, test } from 'vitest';
import { CliError } from './errors.ts';
import { money, relativeTime } from './format.ts';
import { filterOf, parseFilter, parseInstant, reason } from './options.ts';

const now = new Date('2026-11-21T12:00:00Z');

test.each([
  ['30m', '2026-11-21T11:30:00.000Z'],
  ['2h', '2026-11-21T10:00:00.000Z'],
  ['3d', '2026-11-18T12:00:00.000Z'],
  ['1w', '2026-11-14T12:00:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['2026-11-20T08:15:00+01:00', '2026-11-20T07:15:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(parseInstant(text, now)).toBe(instant);
});

test.each(['', 'yesterday', '3', '-2h', '2026-02-31', '2026-11-20T08:15:00', '999999999999d', '1 Jan 2026'])(
  '"%s" is no instant',
  (text) => {
    expect(() => parseInstant(text, now)).toThrow('Expected 30m');
  },
);

test('a filter is words or JSON, and what is not known is refused by name', () => {
  const known = ['state', 'cause', 'since'];
  expect(parseFilter(['state=dead', 'cause=a=b'], known)).toEqual({ state: 'dead', cause: 'a=b' });
  expect(parseFilter(['{"state":"dead"}', 'since=2026-11-20'], known)).toEqual({
    state: 'dead',
    since: '2026-11-20T00:00:00.000Z',
  });
  for (const words of [['stat=dead'], ['dead'], ['state='], ['state=a', 'state=b'], ['{"state"'], ['since=soon']])
    expect(() => parseFilter(words, known)).toThrow(CliError);
});

test('times are told from now on, money in its currency', () => {
  expect(relativeTime('2026-11-21T11:58:30.000Z', now)).toBe('1 min ago');
  expect(relativeTime('2026-11-23T13:00:00.000Z', now)).toBe('in 2 d');
  expect(relativeTime(null, now)).toBe('-');
  expect([money(1250, 'EUR'), money(1250, 'HUF'), money(1250, 'JPY'), money(5, 'nonsense')]).toEqual([
    '12.50 EUR',
    '12.50 HUF',
    '1250 JPY',
    '5 nonsense',
  ]);
});

test('a filter is of words and options, neither empty nor twice', async () => {
  const read = (options: { order?: string; event?: string; filter?: string[] }) =>
    filterOf(options, ['order', 'event'], undefined as never);
  expect(await read({ event: 'evt_1', filter: ['order=shop:1'] })).toEqual({ event: 'evt_1', order: 'shop:1' });
  await expect(read({ event: '' })).rejects.toThrow('--event is empty');
  await expect(read({ event: 'evt_1', filter: ['event=evt_2'] })).rejects.toThrow('as --event and in --filter');
});

test('an empty reason is none', () => {
  expect([reason().parseArg?.('', undefined), reason().parseArg?.('so', undefined)]).toEqual([undefined, 'so']);
});
