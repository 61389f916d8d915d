import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { db } from '#lib/platform/table/table';
import { connectionOf } from '#test/conformance/kit';
import { info } from '../marketplaces/sellers-commerce/manifest.ts';
import { countFirst } from './misses.ts';

const AT = '2026-11-20T08:15:00.000Z';
const update = vi.spyOn(db, 'update');
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(AT) });
  update.mockReset().mockResolvedValue({} as never);
});
afterAll(() => {
  vi.useRealTimers();
  update.mockRestore();
});

/** What was written since the last call: day and counts. */
function written() {
  const all = update.mock.calls.map(([{ Key, ExpressionAttributeValues: { ':expiresAt': _, ...counts } = {} }]) => [
    Key?.sk,
    counts,
  ]);
  update.mockClear();
  return all;
}

test('what no webhook could have told first is counted for neither', () => {
  countFirst({ ...connectionOf(info), id: 'never' }, null, AT);
  expect(written()).toEqual([]);
});

test('what webhooks tell first is written at once, then every half an hour or ten, and with whatever a poll finds', () => {
  const shop = { ...connectionOf(info), id: 'shop' };
  const tell = (times: number, missed = false, at = AT) => {
    for (let order = 0; order < times; order++) countFirst(shop, missed, at);
    return written();
  };
  expect(tell(3)).toEqual([['2026-11-20', { ':firstByWebhook': 1 }]]);
  expect(tell(1, true)).toEqual([['2026-11-20', { ':firstByWebhook': 2, ':firstByPoll': 1 }]]);
  expect(tell(14)).toEqual([['2026-11-20', { ':firstByWebhook': 10 }]]);
  vi.setSystemTime(Date.parse(AT) + 1800_000);
  expect(tell(1)).toEqual([['2026-11-20', { ':firstByWebhook': 5 }]]);
  expect(tell(2)).toEqual([]);
  expect(tell(1, false, '2026-11-21T00:00:00.000Z')).toEqual([['2026-11-21', { ':firstByWebhook': 1 }]]);
  vi.setSystemTime(Date.parse(AT) + 3600_000);
  expect(tell(1, false, '2026-11-21T00:00:00.000Z')).toEqual([
    ['2026-11-20', { ':firstByWebhook': 2 }],
    ['2026-11-21', { ':firstByWebhook': 1 }],
  ]);
});
