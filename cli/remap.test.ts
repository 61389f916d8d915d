import { expect, test } from 'vitest';
import { remapAll } from './commands/remap.ts';
import type { Session } from './session.ts';

const outcome = (event: string) => ({
  ...{ event, order: 'shop:1', was: 'applied', outcome: 'changed', reads: 'order', applied: true },
  ...{ changes: [{ member: 'lines[li_1].quantity', from: 1, to: 2 }], deliveries: [], error: null },
  note: 'placed already: li_1 was 1, is 2',
});

/** A hub with three pages; what it was asked and what was printed. */
function fakeSession(json: boolean, fail = false) {
  const asked: object[] = [];
  const printed: string[] = [];
  const noted: string[] = [];
  const pages = [
    { examined: 2, unchanged: 1, outcomes: [outcome('evt_1')], cursor: 'a' },
    { examined: 2, unchanged: 1, outcomes: [outcome('evt_2')], cursor: 'b' },
    { examined: 1, unchanged: 1, outcomes: [] },
  ];
  const post = async (_path: string, body: object) => {
    asked.push(body);
    if (fail && asked.length === 2) throw new Error('the hub is away');
    return { remapId: 'rmp_1', apply: true, ...pages[asked.length - 1] };
  };
  const session = {
    api: { post },
    json,
    print: (text: string) => printed.push(text),
    note: (t: string) => noted.push(t),
  };
  return { session: session as unknown as Session, asked, printed, noted };
}

const filter = { connection: 'shop' };

test('all pages are one answer, of one remap on record', async () => {
  const { session, asked, printed } = fakeSession(true);
  const all = await remapAll(session, { filter, apply: true }, {});
  expect(all).toEqual({
    ...{ remapId: 'rmp_1', apply: true, examined: 5, unchanged: 3 },
    outcomes: [outcome('evt_1'), outcome('evt_2')],
  });
  expect(asked).toEqual([
    { filter, apply: true, limit: 50 },
    { filter, apply: true, limit: 50, cursor: 'a', remapId: 'rmp_1' },
    { filter, apply: true, limit: 50, cursor: 'b', remapId: 'rmp_1' },
  ]);
  expect(printed).toEqual([]);
});

test('a limit ends it with the cursor to go on from', async () => {
  const { session, asked } = fakeSession(true);
  expect(await remapAll(session, { filter }, { limit: 3 })).toMatchObject({ examined: 4, cursor: 'b' });
  expect(asked).toMatchObject([{ limit: 3 }, { limit: 1 }]);
});

test('people read each difference, and what they have to see to', async () => {
  const { session, printed } = fakeSession(false);
  await remapAll(session, { filter, apply: true }, {});
  expect(printed[0]).toBe(
    ['✔ changed  shop:1  (evt_1)', '    lines[li_1].quantity: 1 → 2', '    ! placed already: li_1 was 1, is 2'].join(
      '\n',
    ),
  );
});

test('one that was cut off says where to go on', async () => {
  const { session, noted } = fakeSession(false, true);
  await expect(remapAll(session, { filter, apply: true }, {})).rejects.toThrow('the hub is away');
  expect(noted).toEqual(['On record as rmp_1.', 'To go on: --cursor a']);
});
