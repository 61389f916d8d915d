import { expect, it } from 'vitest';
import { memoryTable } from '#test/support/memory-table';
import { snapshotOf } from '#test/support/orders';
import { claimShares } from './find.ts';

it('a line that two orders of a channel show first at one moment is one order’s, whoever asks', async () => {
  const table = memoryTable();
  const claim = async (externalId: string) => {
    const shares = await claimShares('sello-se', snapshotOf({ externalId }), table);
    return shares.flatMap(({ order, snapshot }) => snapshot.lines.map(({ id }) => `${id} ${order}`));
  };
  const [one, other] = await Promise.all([claim('1'), claim('2')]);
  expect(one?.toSorted()).toEqual(other?.toSorted());
  expect((await claim('2')).toSorted()).toEqual(one?.toSorted());
});
