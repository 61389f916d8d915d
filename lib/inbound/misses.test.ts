import { expect, test, vi } from 'vitest';
import { db } from '#lib/platform/table/table';
import { connectionOf } from '#test/conformance/kit';
import { info } from '../marketplaces/sellers-commerce/manifest.ts';
import { countFirst } from './misses.ts';

test('what no webhook could have told first is counted for neither', () => {
  const update = vi.spyOn(db, 'update').mockResolvedValue({} as never);
  const connection = connectionOf(info);
  countFirst(connection, null, '2026-11-20T08:15:00.000Z');
  expect(update).not.toHaveBeenCalled();
  for (const missed of [true, false]) countFirst(connection, missed, '2026-11-20T08:15:00.000Z');
  expect(update).toHaveBeenCalledTimes(2);
  update.mockRestore();
});
