import { expect, test } from 'vitest';
import { member } from '#lib/marketplaces/kit/json';
import { info } from '#lib/marketplaces/sello/manifest';
import { map } from '#lib/marketplaces/sello/map';
import type { OrderSnapshot } from '#lib/orders/order';
import type { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT } from '#test/conformance/kit';
import { DIALECTS } from './dialects.ts';

const ROW = {
  ...{ id: '8109592', quantity: '2', title: 'Watch', reference: 'WTCH', price: '100', stock_location: 'Shelf 8' },
  ...{ tax: '25.00', created_at: '2016-12-14 10:53:09', product_id: '29372618', identifier: null, total_vat: 40 },
};
/** An order as the sandbox shows it, worded as in the document. */
const ORDER = {
  ...{ id: 13901393, number: 865, status_id: 2591259, weight: 630, integration_id: 4, market_reference: 'TR-1' },
  ...{ created_at: '2016-12-14T10:41:40+01:00', delivered_at: null, updated_at: '2017-03-10T06:40:40+01:00' },
  ...{ currency: 'NOK', shipping_cost: 10, shipping_option: null, payment_option: 'Swish', total: 210 },
  ...{ customer_alias: 'Nils', customer_email: 'nils@sello.io', customer_first_name: 'Nils', customer_last_name: 'M' },
  ...{ customer_address: 'Kungsgatan 24', customer_zip: '80292', customer_city: 'Gävle', customer_country_code: 'SE' },
  ...{ is_deleted: false, is_active: true, is_paid: true, is_delivered: false, notes: 'Ring twice', rows: [ROW] },
};

/** What is understood, however it is worded: without the notes on what was assumed. */
function read(body: unknown): Partial<OrderSnapshot> {
  const change = map({ topic: 'order', body, receivedAt: RECEIVED_AT }, connectionOf(info));
  if (change.type !== 'order') throw new Error('no order');
  const { assumed: _assumed, version: _version, ...order } = change.order;
  return order;
}

// The API's client unwraps it.
const speak = (name: keyof typeof DIALECTS): unknown => {
  const shown = DIALECTS[name](structuredClone(ORDER));
  return member(shown, 'data') ?? shown;
};

test.each(Object.keys(DIALECTS) as Array<keyof typeof DIALECTS>)('%s is the same order', (name) => {
  const canonical = read(ORDER);
  expect(speak(name)).not.toEqual(name === 'wrapped' ? {} : ORDER);
  expect(read(speak(name))).toEqual(canonical);
});

test.each(['id', 'currency', 'rows'])('without %s it is an error that names it', (field) => {
  const { [field]: _gone, ...rest } = ORDER as Record<string, unknown>;
  const tell = () => read(rest);
  expect(tell).toThrow(expect.objectContaining<Partial<ContractError>>({ code: 'unexpected_shape' }));
  expect(tell).toThrow(`${field}: is missing`);
});
