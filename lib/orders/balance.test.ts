import { expect, it } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { orderOf } from '#test/support/orders';
import { missingSteps } from './balance.ts';

const delivery = (action: string, state: Delivery['state']) =>
  ({ kind: 'push', action, state, subject: {} }) as Delivery;
const acknowledgement = { by: 'erp', reference: 'SO-1', at: '2026-11-20T09:00:00.000Z' };

it('names each step that an order has not taken', () => {
  const order = orderOf();
  expect(missingSteps(orderOf({ paidAt: null }), [])).toEqual(['released', 'acknowledged', 'shipped', 'told']);
  expect(missingSteps({ ...order, releasedAt: null }, [])).toContain('released');
  expect(missingSteps(order, [delivery('order', 'blocked')])).toEqual(['acknowledged', 'placed', 'shipped', 'told']);
  expect(missingSteps({ ...order, acknowledgement }, [delivery('order', 'succeeded')])).toEqual(['shipped', 'told']);
});

it('asks nothing of a cancelled order', () => {
  expect(missingSteps(orderOf({ cancelled: true }), [])).toBeUndefined();
});

it('takes a shipped order for told once every parcel is reported', () => {
  const { ucp, ...order } = orderOf();
  const shipped = {
    ...order,
    acknowledgement,
    ucp: { ...ucp, line_items: ucp.line_items.map((line) => ({ ...line, status: 'fulfilled' as const })) },
  };
  expect(missingSteps(shipped, [delivery('fulfillment', 'pending')])).toEqual(['told']);
  expect(missingSteps(shipped, [delivery('fulfillment', 'succeeded')])).toEqual([]);
});
