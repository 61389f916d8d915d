import { expect, it } from 'vitest';
import { orderOf, ucpErrors } from '#test/support/orders';
import { correctAddress } from './by-hand.ts';

const correct = (...args: Parameters<typeof correctAddress>) => {
  const corrected = correctAddress(...args);
  if (!corrected) throw new Error('nothing was corrected');
  return corrected;
};

it('corrects the members it is given and names them without their values', () => {
  const patch = { street_address: 'Reforma 1', postal_code: '44100', company: undefined };
  const { order, timeline } = correct(orderOf(), patch);
  expect(order).toMatchObject({
    correctedAddress: { street_address: 'Reforma 1', postal_code: '44100' },
    shippingAddress: { first_name: 'Ana', street_address: 'Reforma 1', postal_code: '44100', address_country: 'MX' },
  });
  expect(order.ucp.fulfillment.expectations[0]?.destination).toMatchObject({ street_address: 'Reforma 1' });
  expect(timeline).toEqual([{ type: 'address.corrected', detail: { members: ['postal_code', 'street_address'] } }]);
  expect(ucpErrors(order)).toEqual([]);
});

it('adds to an earlier correction, clears a blank member, and does nothing twice', () => {
  const first = correct(orderOf(), { postal_code: '44100' }).order;
  const second = correct(first, { last_name: '' });
  expect(second.order.shippingAddress).toMatchObject({ postal_code: '44100' });
  expect(second.order.shippingAddress).not.toHaveProperty('last_name');
  expect(correctAddress(second.order, { last_name: '', postal_code: '44100' })).toBeNull();
  expect(correctAddress(second.order, {})).toBeNull();
});
