import { expect, test } from 'vitest';
import type { Address } from '#lib/orders/order';
import { BlockedError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, pushInput, remoteContext } from '#test/conformance/kit';
import { info as scopio } from '../scopio/manifest.ts';
import { order } from './actions.ts';
import { info } from './manifest.ts';

function open(
  script: Answer[],
  { settings = {}, channel }: { settings?: Record<string, unknown>; channel?: string } = {},
) {
  const { calls, http } = createRemote('marketful', script);
  const remote = { http, connection: connectionOf(info, settings), secrets: { accessToken: 'token', userId: 'user' } };
  return { calls, remote: remoteContext(remote), input: pushInput(connectionOf(scopio, channel ? { channel } : {})) };
}

const CREATED = { status: 200, body: 'created.json' };
const said = (status: number, message: string): Answer => ({ status, body: JSON.stringify({ message }) });

test('places an order the way the document lists it', async () => {
  const { calls, remote, input } = open([CREATED]);
  expect(await order.push(remote, input)).toEqual({ remoteId: '5021' });
  expect(calls[0]?.url.pathname).toBe('/base/shopi_orders/multicanal_api');
  expect(calls[0]?.headers.get('user')).toBe('user');
  expect(calls[0]?.body).toEqual({
    order: {
      contact_info: {
        num_orden: 'SC-1001',
        orden_id: 'scopio-main:ord_8f3a',
        customer: 'Ana Torres',
        telefono: '+523312345678',
        calle: 'Av. Vallarta',
        no_exterior: '1234',
        no_interior: '5',
        colonia: 'Americana',
        ciudad: 'Guadalajara',
        Estado: 'MX-JA',
        codigo_postal: '44160',
        canal: 'scopio-main',
        carrier_name: 'DHL',
        tipo_envio: 'económico',
        asegurado: false,
      },
      items: [{ sku: 'MUG-RED', cantidad: 2 }],
    },
  });
});

test('ships as the connection is set where the buyer chose nothing Marketful offers', async () => {
  const settings = { carrierName: 'Estafeta', shippingType: 'dia_siguiente', insured: true };
  const { calls, remote, input } = open([CREATED, CREATED], { settings, channel: 'Scopio' });
  await order.push(remote, { ...input, order: { ...input.order, shippingMethod: 'inpost_locker' } });
  expect(calls[0]?.body).toMatchObject({
    order: {
      contact_info: { carrier_name: 'Estafeta', tipo_envio: 'dia_siguiente', asegurado: true, canal: 'Scopio' },
    },
  });
});

test.each<[Partial<Address>, string]>([
  [{ extended_address: 'Depto 5' }, 'shippingAddress.extended_address (colonia)'],
  [{ street_address: 'Av. Vallarta' }, 'shippingAddress.street_address (exterior number, or s/n)'],
  [{ address_region: 'Texas' }, 'shippingAddress.address_region'],
  [{ address_locality: ' ' }, 'shippingAddress.address_locality'],
  [{ postal_code: '' }, 'shippingAddress.postal_code'],
  [{ address_country: 'US' }, 'shippingAddress.address_country'],
  [{ street_address: 'Av. '.repeat(200) }, 'street_address (in at most 500 characters)'],
])('blocks until the address has what is required: %j', async (change, field) => {
  const { calls, remote, input } = open([]);
  const shippingAddress = { ...input.order.shippingAddress, ...change };
  const error = await order
    .push(remote, { ...input, order: { ...input.order, shippingAddress } })
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(BlockedError);
  expect(error).toMatchObject({ waitsFor: 'order', code: 'address_incomplete' });
  expect((error as BlockedError).detail.description).toContain(field);
  expect((error as BlockedError).detail.description).not.toContain('Vallarta');
  expect(calls).toEqual([]);
});

test('lists everything an address lacks at once', async () => {
  const { remote, input } = open([]);
  const shippingAddress = { address_country: 'MX' };
  const error = await order
    .push(remote, { ...input, order: { ...input.order, buyer: {}, shippingAddress } })
    .catch((e: unknown) => e);
  expect((error as BlockedError).detail.description.match(/shippingAddress\.\w+/g)).toHaveLength(8);
});

test.each([
  [400, 'User Not Found', BlockedError],
  [404, 'Invalid Authorization', BlockedError],
  [404, 'Invalid Token', BlockedError],
  [404, 'Seller Not Found', BlockedError],
  [200, 'Seller not found', BlockedError],
  [401, 'Some items do not exist', RejectedError],
  [403, "Parameter 'order' must be present", RejectedError],
  [402, 'num_orden already exists', RejectedError],
  [200, 'Incomplete data', RejectedError],
  [409, 'busy', RetryableError],
  [423, 'locked', RetryableError],
  [502, 'Seller not found', RetryableError],
] as const)('the message decides what a %i "%s" means', async (status, message, Expected) => {
  const { remote, input } = open([said(status, message)]);
  const error = await order.push(remote, input).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Expected);
  if (error instanceof BlockedError) expect(error.waitsFor).toBe('connection');
});

test('an answer nobody can read may be an order: it is read back before it is placed again', async () => {
  for (const body of ['<html>', '"ok"', '{"order":[]}']) {
    const { remote, input } = open([{ status: 200, body }]);
    await expect(order.push(remote, input)).rejects.toBeInstanceOf(UnknownOutcomeError);
  }
  const { remote, input } = open([said(200, 'Success')]);
  await expect(order.push(remote, input)).resolves.toEqual({});
});

test("does not take another's order of the same number for this one", async () => {
  const body = JSON.stringify({
    message: 'Success',
    orden: { id: 9, orden_id: 'scopio-b:ord_1', num_orden: 'SC-1001' },
  });
  const { remote, input, calls } = open([{ status: 200, body }]);
  expect(await order.probe(remote, input)).toBeNull();
  expect(calls[0]?.url.search).toBe('?canal=scopio-main&orden=SC-1001');
  const own = open([{ status: 200, body: 'events.json' }]);
  expect(await order.probe(own.remote, own.input)).toMatchObject({ remoteId: '5021' });
  const gone = open([said(200, 'Orden no encontrada')]);
  expect(await order.probe(gone.remote, gone.input)).toBeNull();
});
