import { expect } from 'vitest';
import { attempt } from '#lib/attempts/jobs';
import type { Delivery } from '#lib/deliveries/delivery';
import type { Actions, ProbedAction } from '#lib/marketplaces/action';
import type { Order } from '#lib/orders/order';
import type { IntegrationError } from '#lib/platform/errors';
import { connectorWith, fakeHub } from './fake-hub.ts';
import { orderOf } from './orders.ts';

export const TWO = [{ id: 'li_1', quantity: 2 }];
export const PLACED: Partial<Order> = {
  ...{ routed: ['li_1', 'li_2'], own: [{ id: 'li_2', quantity: 1 }], deliveries: ['dlv_1'] },
  placements: [{ delivery: 'dlv_1', connection: 'shed', lineItems: TWO }],
};
export const SOLD: Order = { ...orderOf(), ...PLACED };

/** An action that records what it is asked to do. */
export function action<Input, Done extends object>(done: Done, found: Done | null = null) {
  const calls: Array<[string, Input]> = [];
  const acts = {
    push: async (_remote: unknown, input: Input) => {
      calls.push(['push', input]);
      return done;
    },
    probe: async (_remote: unknown, input: Input) => {
      calls.push(['probe', input]);
      return found;
    },
  } satisfies ProbedAction<Input>;
  return { ...acts, calls };
}

/** Makes one attempt at a delivery of the warehouse, whose connector has these actions. */
export async function run(delivery: Delivery, actions: Actions, hubOf: Parameters<typeof fakeHub>[0] = {}) {
  const { hub, seen, ledger } = fakeHub({ orders: [SOLD], ...hubOf });
  const ingested: unknown[] = [];
  const ingest = async (message: unknown) => void ingested.push(message);
  const network = await hub.getNetwork();
  const result = await attempt({ delivery, connector: connectorWith(actions), network, ingest, hub });
  return { result, seen, ledger, ingested };
}

export const failed = (error: new (...args: never[]) => Error, code: string, unknown = false) => ({
  ok: false,
  unknown,
  error: expect.toSatisfy((thrown) => thrown instanceof error && (thrown as IntegrationError).code === code),
});
