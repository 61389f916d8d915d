import { expect, test } from 'vitest';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import type { Delivery } from '#lib/deliveries/delivery';
import { memoryTable } from '#test/support/memory-table';
import { openEndpointStates } from './endpoint-state.ts';
import { HUB, type Hub, workerOf } from './notify.ts';

const delivery = { id: 'dlv_1', connection: 'erp', subject: { change: { id: 'chg_1' } } } as unknown as Delivery;
const endpoint = { id: 'erp' } as Endpoint;

test('what the hub itself cannot read costs a delivery to an endpoint no attempt, and the endpoint nothing', async () => {
  const states = openEndpointStates(memoryTable());
  const hub: Hub = {
    ...HUB,
    present: async () => [],
    states,
    getEndpoints: async () => new Map([['erp', endpoint]]),
    sendChange: () => Promise.reject(new Error('no answer')),
  };
  const result = await workerOf(hub).attempt(delivery, {} as never);
  expect(result).toMatchObject({ ok: false, error: { name: 'NotYetError', waitMs: 60_000 } });
  expect(await states.get('erp')).toEqual({});
});
