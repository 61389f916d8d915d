import { expect, test } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { equals } from './expressions.ts';
import { takeLease, writeLeased } from './lease.ts';
import { getItem } from './read.ts';

const table = memoryTable();
const at = (second: number) => new Date(Date.UTC(2026, 10, 20) + second * 1000);
let items = 0;
const newKey = () => ({ pk: `thing-${++items}`, sk: 'THING' });

test('one of many that ask gets it, and the next once it is given back or over', async () => {
  const key = newKey();
  const ask = (second: number) => takeLease({ key, member: 'lease', seconds: 60, now: at(second) }, table);
  const taken = (await Promise.all(Array.from({ length: 5 }, () => ask(0)))).filter((lease) => lease !== undefined);
  expect(taken).toHaveLength(1);
  expect(await ask(59)).toBeUndefined();
  const next = await ask(60);
  expect(next?.item).toMatchObject({ lease: next?.lease });
  const owner = next?.lease.owner ?? '';
  expect(await writeLeased({ key, member: 'lease', owner }, { lease: null }, table)).toBe(true);
  const last = await ask(61);
  expect(last).toBeDefined();
  await writeLeased({ key, member: 'lease', owner: last?.lease.owner ?? '' }, { lease: undefined }, table);
  expect(await ask(61)).toBeDefined();
});

test('who lost it writes nothing', async () => {
  const key = newKey();
  const first = await takeLease({ key, member: 'lease', seconds: 1, now: at(0) }, table);
  await takeLease({ key, member: 'lease', seconds: 60, now: at(1) }, table);
  const owner = first?.lease.owner ?? '';
  expect(await writeLeased({ key, member: 'lease', owner }, { done: true }, table)).toBe(false);
  expect(await getItem(key, table)).not.toHaveProperty('done');
});

test('it is taken under a condition, and writes what is not there yet', async () => {
  const key = newKey();
  const ask = (wanted: string) =>
    takeLease(
      { key, member: 'lease', seconds: 1, now: at(0), when: equals('state', wanted), first: { begun: 1 } },
      table,
    );
  await table.put({ Item: { ...key, state: 'open' } });
  expect(await ask('shut')).toBeUndefined();
  expect((await ask('open'))?.item).toMatchObject({ state: 'open', begun: 1 });
});

test('the repeat of a write whose answer was lost finds the lease its own', async () => {
  const key = newKey();
  // The SDK sends the very same request again.
  const twice = {
    ...table,
    update: (input: Parameters<typeof table.update>[0]) => table.update(input).then(() => table.update(input)),
  };
  expect(await takeLease({ key, member: 'lease', seconds: 60, now: at(0) }, twice)).toBeDefined();
});
