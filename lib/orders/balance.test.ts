import { expect, it } from 'vitest';
import type { Delivery } from '#lib/deliveries/delivery';
import { orderOf } from '#test/support/orders';
import { missingSteps, Step } from './balance.ts';

const delivery = (action: string, state: Delivery['state']) =>
  ({ kind: 'push', action, state, subject: {} }) as Delivery;
const acknowledgement = { by: 'erp', reference: 'SO-1', at: '2026-11-20T09:00:00.000Z' };

it('names each step that an order has not taken', () => {
  const order = orderOf();
  expect(missingSteps(orderOf({ paidAt: null }), [])).toEqual(Step.options);
  expect(missingSteps({ ...order, releasedAt: null }, [])).toEqual(Step.options);
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

it('takes an order for placed that another shipper than the one first asked has, or that has left', () => {
  const order = { ...orderOf(), acknowledgement };
  const stopped = (code: string) => ({ ...delivery('order', 'dead'), cause: { code, description: '' } });
  expect(missingSteps(order, [stopped('order_cancelled'), delivery('order', 'succeeded')])).toEqual([
    'shipped',
    'told',
  ]);
  expect(missingSteps(order, [stopped('order_unreleased')])).toEqual(['placed', 'shipped', 'told']);
  const { ucp } = order;
  const left = { ...ucp, line_items: ucp.line_items.map((line) => ({ ...line, status: 'fulfilled' as const })) };
  expect(missingSteps({ ...order, ucp: left }, [stopped('http_422')])).toEqual([]);
});
