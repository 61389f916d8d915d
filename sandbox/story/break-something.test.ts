import { expect, test } from 'vitest';
import { info } from '#lib/marketplaces/scopio/manifest';
import { map } from '#lib/marketplaces/scopio/map';
import { connectionOf, RECEIVED_AT } from '#test/conformance/kit';
import { UNREADABLE } from './break-something.ts';

test('what the console is to show as unreadable cannot be read', () => {
  const event = { topic: 'order-paid', body: UNREADABLE, receivedAt: RECEIVED_AT };
  expect(() => map(event, connectionOf(info))).toThrow('items[0]');
});
