import { expect, test } from 'vitest';
import { mapBody } from '#lib/marketplaces/map-body';
import { connector } from '#lib/marketplaces/scopio/index';
import { info } from '#lib/marketplaces/scopio/manifest';
import { validateUcpOrder } from '#lib/ucp/validate';
import { connectionOf, RECEIVED_AT } from '#test/conformance/kit';
import type { Order } from './order.ts';
import { sampleOrder, toLine } from './sample.ts';
import { toUcp } from './ucp.ts';

const SELLER = 'seller-1';
const AT = '2026-11-20T08:15:00.000Z';
const { id, address, lines } = sampleOrder(1, 1);
const ORDER: Order = {
  ...{ id, number: 'SC-1001', createdAt: AT, paidAt: AT, cancelledAt: null, fulfilledAt: null, currency: 'PLN' },
  ...{ address, carrier: 'dhl', shipping: { net: 1626, gross: 2000 }, ucp: true },
  lines: lines.map((line, index) => toLine(line, `li_${index + 1}`, SELLER)),
};

test.each([
  ['open', {}, { cancelled: false, units: [2, 1, 3], statuses: ['processing'] }],
  ['cancelled', { cancelledAt: AT }, { cancelled: true, units: [0, 0, 0], statuses: ['removed'] }],
  ['shipped', { fulfilledAt: AT }, { cancelled: false, units: [2, 1, 3], statuses: ['fulfilled'] }],
  [
    'cancelled after it was shipped',
    { fulfilledAt: AT, cancelledAt: AT },
    { cancelled: true, units: [2, 1, 3], statuses: ['fulfilled'] },
  ],
])('an order that is %s says so in UCP, and the hub reads it', (_, change, { cancelled, units, statuses }) => {
  const body = toUcp({ ...ORDER, ...change }, SELLER, 'https://scopio.example');
  expect(validateUcpOrder(body)).toEqual([]);
  expect(new Set((body.line_items as Array<{ status: string }>).map(({ status }) => status))).toEqual(
    new Set(statuses),
  );
  const mapped = mapBody(connector, { topic: 'order', body, receivedAt: RECEIVED_AT }, connectionOf(info, {}));
  expect(mapped.change).toMatchObject({ order: { cancelled, lines: units.map((quantity) => ({ quantity })) } });
});
