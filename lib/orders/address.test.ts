import { expect, it } from 'vitest';
import { correctAddress } from './address.ts';
import { at, orderOf, ucpErrors } from './test-orders.ts';

const source = { by: 'ops', at: at(10) };

it('corrects the members it is given and names them without their values', () => {
  const patch = { street_address: 'Reforma 1', postal_code: '44100', company: undefined };
  const { order, timeline, changed } = correctAddress(orderOf(), patch, source);
  expect(changed).toBe(true);
  expect(order).toMatchObject({
    correctedAddress: { street_address: 'Reforma 1', postal_code: '44100' },
    shippingAddress: { first_name: 'Ana', street_address: 'Reforma 1', postal_code: '44100', address_country: 'MX' },
    updatedAt: at(10),
  });
  expect(order.ucp.fulfillment.expectations[0]?.destination).toMatchObject({ street_address: 'Reforma 1' });
  expect(timeline).toEqual([
    { at: at(10), type: 'address.corrected', by: 'ops', detail: { members: ['postal_code', 'street_address'] } },
  ]);
  expect(ucpErrors(order)).toEqual([]);
});

it('adds to an earlier correction, clears a blank member, and does nothing twice', () => {
  const first = correctAddress(orderOf(), { postal_code: '44100' }, source).order;
  const second = correctAddress(first, { last_name: '' }, source);
  expect(second.order.shippingAddress).toMatchObject({ postal_code: '44100' });
  expect(second.order.shippingAddress).not.toHaveProperty('last_name');
  expect(correctAddress(second.order, { last_name: '', postal_code: '44100' }, source)).toMatchObject({
    changed: false,
  });
  expect(correctAddress(second.order, {}, source).order).toBe(second.order);
});
