import { describe, expect, test } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import {
  getDeliveries,
  getDelivery,
  leaseDue,
  putNewDelivery,
  replaceDelivery,
  transition,
} from '#lib/deliveries/ledger';
import { changeOrder } from '#lib/orders/change';
import { DECLINED } from '#lib/orders/decline';
import type { Order } from '#lib/orders/order';
import { getOrder, putOrder } from '#lib/orders/store';
import { NotYetError } from '#lib/platform/errors';
import { type Table, transact } from '#lib/platform/table/table';
import { action, failed, PLACED, TWO } from '#test/support/attempt';
import { connectorWith, deliveryOf, fakeHub, NOW } from '#test/support/fake-hub';
import { memoryTable } from '#test/support/memory-table';
import { MUGS, orderOf, PLATE } from '#test/support/orders';
import { attempt } from './jobs.ts';

/** When the rival is faster: before the release decides, between its decision and its write, or after that. */
type Moment = 'before' | 'between' | 'after';

const GONE: Order = { ...orderOf({ cancelled: true }), ...PLACED };
const ONE: Order = { ...orderOf({ lines: [{ ...MUGS, quantity: 1 }, PLATE] }), ...PLACED };
const withdrawal = deliveryOf({ id: 'dlv_2', action: 'cancel', subject: { placement: 'dlv_1' } });
const declined = deliveryOf(
  {},
  {
    ...{ state: 'blocked', waitsFor: 'operator', nextAttemptAt: null },
    cause: { code: DECLINED, description: 'MUG-RED: 2 not placed' },
  },
);
const later = new Date(NOW.getTime() + 60_000);

/** One attempt at the withdrawal, on the real table and ledger, with a rival at some moment. */
async function releaseMeeting(order: Order, placement: Delivery, moment: Moment, rival: (table: Table) => unknown) {
  const table = memoryTable();
  await transact([putOrder(order, null), putNewDelivery(placement), putNewDelivery(withdrawal)], table);
  const meet = async (now: Moment) => {
    if (now === moment) await rival(table);
  };
  // The first transaction of all is the release.
  let isFirst = true;
  const meeting: Table = {
    ...table,
    transactWrite: async (writes) => {
      if (isFirst) await meet('between');
      isFirst = false;
      return table.transactWrite(writes);
    },
  };
  const { hub } = fakeHub();
  const result = await attempt({
    ...{ delivery: withdrawal, network: await hub.getNetwork(), ingest: async () => {} },
    connector: connectorWith({ cancel: action({}), order: action({}) }),
    hub: {
      ...hub,
      getOrder: (id) => getOrder(id, table),
      getDelivery: (id) => getDelivery(id, table),
      getDeliveries: (ids) => getDeliveries(ids, table),
      transition: (was, now, also) => transition(was, now, also, table),
      changeOrder: async (id, decide, options) => {
        await meet('before');
        return changeOrder(id, decide, options, { table: meeting, ring: async () => {} });
      },
    },
  });
  await meet('after');
  return {
    result,
    order: await getOrder(order.id, table),
    placement: await getDelivery(placement.id, table),
  };
}

const lease = (table: Table) => leaseDue('dlv_1', 'marketful', later, table);
const reopened: Delivery = {
  ...declined,
  ...{ state: 'pending', waitsFor: null, nextAttemptAt: NOW.toISOString(), updatedAt: later.toISOString() },
};
const replay = (table: Table) => transact([replaceDelivery(declined, reopened)], table);

describe('a release and a worker that begins to place', () => {
  const cases: Array<[string, Order]> = [
    ['of all', GONE],
    ['of a part', ONE],
  ];
  for (const [what, wanted] of cases) {
    for (const moment of ['before', 'between'] as const)
      test(`${what}: the worker was faster, ${moment} it was decided: nothing is taken back until he is done`, async () => {
        const { result, order, placement } = await releaseMeeting(wanted, deliveryOf({}), moment, lease);
        expect(result).toMatchObject(failed(NotYetError, 'placement_in_hand'));
        expect(order?.placements).toMatchObject([{ lineItems: TWO }]);
        expect(placement).toMatchObject({ state: 'leased' });
      });

    test.each(['before', 'between'] as const)(
      `${what} that a shipper declined, and a person replayed %s it was decided: it is looked at again`,
      async (moment) => {
        const { result, order, placement } = await releaseMeeting(wanted, declined, moment, replay);
        expect(result).toMatchObject(failed(NotYetError, 'placement_in_hand'));
        expect(order?.placements).toMatchObject([{ lineItems: TWO }]);
        expect(placement).toMatchObject({ state: 'pending' });
      },
    );
  }

  test('the release was faster: of all, no worker gets it', async () => {
    const { result, order, placement } = await releaseMeeting(GONE, deliveryOf({}), 'after', lease);
    expect(result).toMatchObject({ ok: true });
    expect(order?.placements).toMatchObject([{ lineItems: [] }]);
    expect(placement).toMatchObject({ state: 'dead', cause: { code: 'order_cancelled' } });
  });

  test('the release was faster: of a part, the worker finds what is left', async () => {
    const { order, placement } = await releaseMeeting(ONE, deliveryOf({}), 'after', lease);
    expect(order?.placements).toMatchObject([{ lineItems: [{ id: 'li_1', quantity: 1 }] }]);
    expect(placement).toMatchObject({ state: 'leased' });
  });
});
