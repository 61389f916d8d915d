import { describe, expect, test } from 'vitest';
import type { Product } from '#lib/catalog/product';
import type { Address, OrderSnapshot } from '#lib/orders/order';
import { applySnapshot } from '#lib/orders/snapshot';
import { BlockedError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, connectionOf, createRemote, pushInput, remoteContext } from '#test/conformance/kit';
import { sourceOf } from '#test/support/orders';
import { member } from '../kit/json.ts';
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

test('names the sales channel as that is set', async () => {
  const { calls, remote, input } = open([CREATED], { channel: 'Scopio' });
  await order.push(remote, input);
  expect(calls[0]?.body).toMatchObject({ order: { contact_info: { canal: 'Scopio' } } });
});

test.each([
  ['1000', '01000'],
  ['44160', '44160'],
  ['C.P. 1000', 'C.P. 1000'],
])('a postal code that lost its zeros in front has them again: %s', async (postal_code, told) => {
  const { calls, remote, input } = open([CREATED]);
  const shippingAddress = { ...input.order.shippingAddress, postal_code };
  await order.push(remote, { ...input, order: { ...input.order, shippingAddress } });
  expect(calls[0]?.body).toMatchObject({ order: { contact_info: { codigo_postal: told } } });
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
  [402, 'Item #A not found', RejectedError],
  [409, 'busy', RetryableError],
  [423, 'locked', RetryableError],
  [502, 'Seller not found', RetryableError],
] as const)('the message decides what a %i "%s" means', async (status, message, Expected) => {
  const { remote, input } = open([said(status, message)]);
  const error = await order.push(remote, input).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Expected);
  if (error instanceof BlockedError) expect(error.waitsFor).toBe('connection');
});

const NONE = said(404, 'Orden no encontrada');

test.each([{ orden: null }, { message: 'Success', orden: [] }])(
  'an order is not there that is shown as %j',
  async (none) => {
    const { remote, input } = open([{ status: 200, body: JSON.stringify(none) }]);
    expect(await order.probe(remote, input)).toBeNull();
  },
);

test('what is refused as known is looked for, and refused where it is not there', async () => {
  const known = said(402, 'num_orden already exists');
  const orden = { id: 5021, num_orden: 'SC-1001', orden_id: 'scopio-main:ord_8f3a' };
  // The document shows no answer of get_orders that found something: each of these holds the order.
  for (const body of [{ orden }, { orden: [orden] }, { order: orden }, orden]) {
    const { remote, input } = open([known, { status: 200, body: JSON.stringify({ message: 'Success', ...body }) }]);
    expect(await order.push(remote, input)).toEqual({ remoteId: '5021', isFound: true });
  }
  const { remote, input } = open([known, NONE]);
  await expect(order.push(remote, input)).rejects.toBeInstanceOf(RejectedError);
  // This status alone would mean: try again later.
  const conflict = open([said(409, 'num_orden duplicado'), { status: 200, body: JSON.stringify({ orden }) }]);
  expect(await order.push(conflict.remote, conflict.input)).toEqual({ remoteId: '5021', isFound: true });
  const late = open([said(409, 'num_orden duplicado'), NONE]);
  await expect(order.push(late.remote, late.input)).rejects.toBeInstanceOf(RetryableError);
});

test.each([
  { message: 'Orden creada exitosamente', order: { id: 5021 } },
  { message: 'Creada', pedido: { order_id: '5021' } },
  { orden: 5021 },
  { id: 5021 },
  5021,
])('any 2xx that names an order is a success: %j', async (body) => {
  const { remote, input } = open([{ status: 201, body: JSON.stringify(body) }]);
  expect(await order.push(remote, input)).toEqual({ remoteId: '5021' });
});

test.each(['<html>', '"ok"', '{"order":[]}', '{"message":"Success"}', '{"message":"Incomplete data"}'])(
  'any other 2xx is read back before anything else: %s',
  async (body) => {
    const found = open([
      { status: 200, body },
      { status: 200, body: 'events.json' },
    ]);
    expect(await order.push(found.remote, found.input)).toMatchObject({ remoteId: '5021' });
    const { remote, input, calls } = open([{ status: 200, body }, NONE]);
    const expected = body.includes('Incomplete') ? RejectedError : UnknownOutcomeError;
    await expect(order.push(remote, input)).rejects.toBeInstanceOf(expected);
    expect(calls.map(({ method }) => method)).toEqual(['POST', 'GET']);
  },
);

test('the number of the order is not its id, and a success under another status is asked for', async () => {
  const numbered = open([
    { status: 200, body: '{"message":"Success","orden":"SC-1001"}' },
    { status: 200, body: 'events.json' },
  ]);
  const { remote, input } = numbered;
  expect(await order.push(remote, { ...input, number: '1001' })).toMatchObject({ remoteId: '5021' });
  const digits = open([{ status: 200, body: '{"message":"Success","orden":"1001"}' }, said(404, 'Order not found')]);
  await expect(order.push(digits.remote, { ...digits.input, number: '1001' })).rejects.toThrow(UnknownOutcomeError);
  const odd = open([said(402, 'Success')]);
  await expect(order.push(odd.remote, odd.input)).rejects.toThrow(UnknownOutcomeError);
  const listed = open([{ status: 200, body: '[{"id":5021}]' }]);
  expect(await order.push(listed.remote, listed.input)).toMatchObject({ remoteId: '5021' });
});

test('an answer that is unclear stays so where reading back is refused', async () => {
  const { remote, input } = open([{ status: 200, body: '{"message":"Success"}' }, said(402, 'Parametros incompletos')]);
  await expect(order.push(remote, input)).rejects.toThrow(UnknownOutcomeError);
});

describe('the rest of the order', () => {
  const contactOf = async (snapshot: Partial<OrderSnapshot>, settings: Record<string, unknown> = {}) => {
    const { calls, remote, input } = open([CREATED], { settings });
    const { shippingCode: _, ...story } = input.order.history.snapshot;
    const sold = applySnapshot(null, { ...story, ...snapshot }, sourceOf(0)).order;
    const { note } = await order.push(remote, { ...input, order: sold });
    const contact = member(member(calls[0]?.body, 'order'), 'contact_info');
    return [contact as Record<string, unknown>, note] as const;
  };

  test.each([
    [{ shippingMethod: 'DHL Express' }, { carrier_name: 'DHL', tipo_envio: 'dia_siguiente' }, undefined],
    [
      { shippingMethod: 'Entrega día siguiente' },
      { carrier_name: 'Marketful', tipo_envio: 'dia_siguiente' },
      undefined,
    ],
    [{ shippingMethod: 'Envío exprés' }, { tipo_envio: 'dia_siguiente' }, undefined],
    [{ shippingMethod: 'Siguiente día hábil' }, { tipo_envio: 'dia_siguiente' }, undefined],
    [{ shippingMethod: 'Premium', shippingCode: 'UPS_GROUND' }, { carrier_name: 'UPS' }, undefined],
    [{ shippingMethod: 'inpost_locker' }, { carrier_name: 'Marketful' }, 'shipping method'],
    [{ shippingMethod: 'Rush' }, { carrier_name: 'Fedex', tipo_envio: 'dia_siguiente' }, undefined],
    [{ shippingMethod: 'Rush', shippingCode: 'ups' }, { carrier_name: 'Fedex' }, undefined],
    [{ shippingMethod: null }, { carrier_name: 'Marketful', tipo_envio: 'económico' }, undefined],
  ])('%j ships as %j', async (snapshot, expected, lost) => {
    const methods = { ups: { carrierName: 'Estafeta' }, rush: { carrierName: 'Fedex', shippingType: 'dia_siguiente' } };
    const [contact, note] = await contactOf(snapshot, { methods });
    expect(contact).toMatchObject(expected);
    expect(note).toEqual(lost === undefined ? undefined : expect.stringContaining(lost));
  });

  test('else ships as the connection is set', async () => {
    const settings = { carrierName: 'Estafeta', shippingType: 'dia_siguiente', insured: true };
    const [contact] = await contactOf({ shippingMethod: 'inpost_locker' }, settings);
    expect(contact).toMatchObject({ carrier_name: 'Estafeta', tipo_envio: 'dia_siguiente', asegurado: true });
  });

  test('insures from a value on, by currency', async () => {
    const insured = async (insureFrom: Record<string, number>) => (await contactOf({}, { insureFrom }))[0].asegurado;
    expect(await Promise.all([{ pln: 12000 }, { PLN: 12001 }, { MXN: 1 }].map(insured))).toEqual([true, false, false]);
  });

  test('names the company with the recipient, and says once what has no member', async () => {
    const { input } = open([]);
    const shippingAddress = { ...input.order.shippingAddress, company: 'ACME' };
    const point = { id: 'KRA010', name: null, address: null };
    const lines = input.order.history.snapshot.lines.map((line) => ({ ...line, attributes: { Engraving: 'Ola' } }));
    const [contact, note] = await contactOf({ shippingAddress, note: 'Ring twice', pickupPoint: point, lines });
    expect(contact.customer).toBe('Ana Torres, ACME');
    expect(note).toBe("Marketful has no member for the buyer's note, pickup point, personalization");
  });
});

describe('what Marketful calls the goods', () => {
  const itemsOf = async (
    line: object,
    script: Answer[],
    { settings = {}, known }: { settings?: object; known?: object } = {},
  ) => {
    const { calls, remote, input } = open(script, { settings: settings as Record<string, unknown> });
    const [first] = input.order.history.snapshot.lines;
    const lines = [{ ...first, ...line }] as OrderSnapshot['lines'];
    const sold = applySnapshot(null, { ...input.order.history.snapshot, lines }, sourceOf(0)).order;
    const findProduct = async () => known as Product | undefined;
    await order.push({ ...remote, findProduct }, { ...input, order: sold });
    return member(member(calls.at(-1)?.body, 'order'), 'items');
  };
  const ean = '5901234123457';
  const alone = { sku: ean, ean };

  test('is its own SKU where the settings have one', async () => {
    expect(await itemsOf({}, [CREATED], { settings: { skus: { 'MUG-RED': 'MF-0017' } } })).toEqual([
      { sku: 'MF-0017', cantidad: 2 },
    ]);
    expect(await itemsOf({}, [CREATED], { settings: { skus: ['MUG-RED'] } })).toEqual([
      { sku: 'MUG-RED', cantidad: 2 },
    ]);
  });

  test('is found by an EAN that stands alone, in the catalog or at Marketful', async () => {
    const settings = { skus: { MUG: 'MF-0017' } };
    expect(await itemsOf(alone, [CREATED], { known: { sku: 'MUG', ean }, settings })).toEqual([
      { sku: 'MF-0017', cantidad: 2 },
    ]);
    expect(await itemsOf(alone, [{ status: 200, body: 'stock-ean.json' }, CREATED])).toMatchObject([
      { sku: ean, ean, item_id: expect.anything(), cantidad: 2 },
    ]);
    const eans = { 'MUG-RED': ean };
    expect(await itemsOf({}, [{ status: 200, body: 'stock-ean.json' }, CREATED], { settings: { eans } })).toMatchObject(
      [{ sku: ean, ean, cantidad: 2 }],
    );
    const bySku = [said(401, `Item con EAN '${ean}' no encontrado`), { status: 200, body: 'stock.json' }, CREATED];
    expect(await itemsOf({}, bySku, { settings: { eans } })).toEqual([{ sku: 'MUG-RED', cantidad: 2 }]);
    const unknown = itemsOf(alone, [said(401, `Item con EAN '${ean}' no encontrado`)]);
    await expect(unknown).rejects.toMatchObject({ code: 'sku_unknown', waitsFor: 'connection' });
  });
});

test("does not take another's order of the same number for this one", async () => {
  const body = JSON.stringify({
    message: 'Success',
    orden: { id: 9, orden_id: 'scopio-b:ord_1', num_orden: 'SC-1001' },
  });
  const { remote, input, calls } = open([{ status: 200, body }]);
  expect(await order.probe(remote, input)).toBeNull();
  expect(calls[0]?.url.search).toBe('?canal=scopio-main&orden=SC-1001');
  const both = JSON.stringify({
    orden: [
      { id: 9, num_orden: 'SC-1001-2', orden_id: 'x' },
      { id: 10, num_orden: 'SC-1001' },
    ],
  });
  const listed = open([{ status: 200, body: both }]);
  expect(await order.probe(listed.remote, listed.input)).toMatchObject({ remoteId: '10' });
  // A search that finds more than what was asked for: N-1 is not N-10.
  for (const orden of [
    { id: 9, num_orden: 'SC-10010' },
    [
      { id: 9, num_orden: 'SC-10010' },
      { id: 8, num_orden: '2' },
    ],
  ]) {
    const near = open([{ status: 200, body: JSON.stringify({ message: 'Success', orden }) }]);
    expect(await order.probe(near.remote, near.input)).toBeNull();
  }
  for (const orden of [
    { id: 9, num_orden: '#sc 1001' },
    [
      { id: 8, num_orden: 'SC-10' },
      { id: 9, num_orden: '#sc 1001' },
    ],
    [
      { id: 8, num_orden: 'SC-100-1' },
      { id: 9, num_orden: 'SC-1001' },
    ],
  ]) {
    const spelled = open([{ status: 200, body: JSON.stringify({ orden }) }]);
    expect(await order.probe(spelled.remote, spelled.input)).toMatchObject({ remoteId: '9' });
  }
  const own = open([{ status: 200, body: 'events.json' }]);
  expect(await order.probe(own.remote, own.input)).toMatchObject({ remoteId: '5021' });
  const gone = open([said(200, 'Orden no encontrada')]);
  expect(await order.probe(gone.remote, gone.input)).toBeNull();
});
