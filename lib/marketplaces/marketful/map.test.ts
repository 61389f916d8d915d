import { describe, expect, test } from 'vitest';
import type { ShipmentSnapshot } from '#lib/orders/order';
import { ContractError } from '#lib/platform/errors';
import { connectionOf, RECEIVED_AT } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { map } from './map.ts';

const read = (topic: string, body: unknown) => map({ topic, body, receivedAt: RECEIVED_AT }, connectionOf(info));

function readOrden(orden: object): ShipmentSnapshot {
  const change = read('orden', { message: 'Success', orden: { id: 5021, num_orden: 'SC-1001', ...orden } });
  if (change.type !== 'shipment') throw new Error('no shipment');
  return change.shipment;
}

let nextId = 0;
const event = (status: string, hour: number, tracking_number: string | null = null, more: object = {}) => ({
  id: ++nextId,
  status,
  tracking_number,
  created_at: `2026-11-20T${String(hour).padStart(2, '0')}:00:00-06:00`,
  ...more,
});

describe('a webhook', () => {
  test.each([
    ['order-created', { tipo: 'order/created', order: { id: 5021 } }],
    ['order-created', { order: { id: '5021', orden_id: 'a' } }],
    ['order-updated', { id: 5021 }],
    ['order-updated', { order_id: ' 5021 ' }],
    ['order-updated', { order: 5021 }],
    ['order-updated', 5021],
    ['shipment-event-created', { shipment_event: { id: 77, order_id: 5021 } }],
    ['shipment-event-created', { id: 77, order_id: '5021' }],
    ['shipment-event-created', { order: { id: 5021 } }],
    ['order-created', { shopi_order: { id: 5021 } }],
    ['order-updated', { pedido: { id: 5021 } }],
    ['order-updated', { orderId: 5021 }],
    ['shipment-event-created', { shipment_event: { id: 77, shopi_order_id: 5021 } }],
    ['shipment-event-created', { id: 77, shopi_order: { id: 5021 } }],
  ])('%s finds the order to read in %j', (topic, body) => {
    expect(read(topic, body)).toEqual({ type: 'fetch', action: 'shipment', resource: '5021' });
  });

  test.each([
    ['order-updated', { num_orden: 'SC-1001' }],
    ['order-updated', { orden: { num_orden: 'SC-1001', canal: 'scopio-main' } }],
    ['order-updated', { data: { order: { orden_id: 'SC-1001' } } }],
    ['shipment-event-created', { shipment_event: { id: 77, num_orden: 'SC-1001' } }],
  ])('%s that names an order by its number alone leaves it to the poll: %j', (topic, body) => {
    const reason = 'order SC-1001, named without its id: the next poll reads it';
    expect(read(topic, body)).toEqual({ type: 'none', reason });
  });

  test.each([
    ['order-created', {}],
    ['order-created', null],
    ['order-created', []],
    ['order-created', { order: { id: null } }],
    ['order-created', { id: 'SC-1001' }],
    ['order-created', { id: -1 }],
    ['order-created', { id: 1.5 }],
    // 77 is the event's own id: order 77 would be somebody else's.
    ['shipment-event-created', { id: 77 }],
    ['shipment-event-created', { shipment_event: { id: 77 } }],
  ])('%s without the id of an order is unreadable: %j', (topic, body) => {
    expect(() => read(topic, body)).toThrow(ContractError);
  });
});

describe('an orden', () => {
  test('makes a parcel of every tracking number, shipped when it first was told of', () => {
    const shipment_events = [
      event('in_transit', 20, 'A'),
      event('shipped', 18, 'A', { carrier_name: 'DHL', tracking_url: 'https://dhl.example/A' }),
      event('shipped', 19, 'B'),
      event('cancelled', 17, 'C'),
    ];
    const { parcels } = readOrden({ carrier_name: 'Marketful', tracking_number: 'B', shipment_events });
    expect(parcels).toEqual([
      {
        carrier: 'DHL',
        trackingNumber: 'A',
        shippedAt: '2026-11-21T00:00:00.000Z',
        trackingUrl: 'https://dhl.example/A',
      },
      { carrier: 'Marketful', trackingNumber: 'B', shippedAt: '2026-11-21T01:00:00.000Z' },
    ]);
  });

  test('is a parcel by itself, dated by what it says or by its arrival', () => {
    const orden = { carrier_name: 'DHL', tracking_number: 'A' };
    const parcel = { carrier: 'DHL', trackingNumber: 'A' };
    expect(readOrden(orden).parcels).toEqual([{ ...parcel, shippedAt: RECEIVED_AT }]);
    const dated = readOrden({ ...orden, updated_at: '2026-11-20 18:00:00' });
    expect(dated.parcels).toEqual([{ ...parcel, shippedAt: '2026-11-21T00:00:00.000Z' }]);
    expect(readOrden({ ...orden, status: 'cancelled' }).parcels).toEqual([]);
    expect(readOrden({ carrier_name: 'DHL', tracking_number: '' }).parcels).toEqual([]);
    const told = { ...event('shipped', 18), tracking_number: ['A', 'B'], carrier_name: 'DHL' };
    expect(readOrden({ shipment_events: [told] }).parcels).toMatchObject([
      { carrier: 'DHL', trackingNumber: 'A', shippedAt: '2026-11-21T00:00:00.000Z' },
      { carrier: 'DHL', trackingNumber: 'B' },
    ]);
    for (const several of [{ tracking_number: ['A', 'B'] }, { tracking_numbers: ['A', 0, 'B'] }, { guias: ['A', 'B'] }])
      expect(readOrden(several).parcels).toMatchObject([{ trackingNumber: 'A' }, { trackingNumber: 'B' }]);
    const guias = ['https://labels.example/A.pdf'];
    const numbersOf = (orden: object) => readOrden(orden).parcels.map(({ trackingNumber }) => trackingNumber);
    expect([numbersOf({ tracking_number: 'A', guias }), numbersOf({ guias })]).toEqual([['A'], guias]);
  });

  test('keeps the parcels it once told of, whatever is read with them later', () => {
    const told = [event('created', 10, 'A'), event('cancelled', 11, 'A')];
    expect(readOrden({ status: 'cancelled', shipment_events: told.slice(0, 1) }).parcels).toHaveLength(1);
    expect(readOrden({ status: 'cancelled', shipment_events: told }).parcels).toHaveLength(1);
  });

  test("tells events in UCP's words, oldest first", () => {
    const statuses = [
      'created',
      'shipped',
      'in_transit',
      'failed_attempt',
      'Delivered',
      'returned',
      'cancelled',
      'lost',
    ];
    const shipment_events = statuses.map((status, index) => event(status, 9 + index)).reverse();
    expect(readOrden({ shipment_events }).events.map(({ type }) => type)).toEqual([
      'processing',
      'shipped',
      'in_transit',
      'failed_attempt',
      'delivered',
      'returned_to_sender',
      'canceled',
      'lost',
    ]);
  });

  test.each([
    ['no', [event('created', 9), event('shipped', 10, 'A')]],
    ['yes', [event('created', 9), event('shipped', 10, 'A'), event('delivered', 11, 'A')]],
    ['yes', [event('delivered', 11, 'A'), event('shipped', 10, 'A')]],
    ['no', [event('shipped', 9, 'A'), event('shipped', 10, 'B'), event('delivered', 11, 'A')]],
    ['yes', [event('returned', 10, 'B'), event('delivered', 11, 'A')]],
    ['yes', [event('shipped', 10, 'A'), event('cancelled', 11)]],
    ['no', [event('delivered', 10, 'A'), event('in_transit', 11, 'A')]],
    ['no', []],
  ])('is settled (%s) by the newest word on each parcel', (settled, shipment_events) => {
    expect(readOrden({ shipment_events }).settled).toBe(settled === 'yes');
  });

  test('cancels no more than a cancellation names', () => {
    const part = (quantity: number) => event('cancelled', 11, null, { items: [{ sku: 'A', cantidad: quantity }] });
    const shipped = event('shipped', 10, 'A');
    const told = [shipped, part(1), part(2)];
    const declined = [1, 2].map((quantity) => ({ sku: 'A', quantity }));
    expect(readOrden({ shipment_events: told })).toMatchObject({ declined, settled: false });
    expect(readOrden({ shipment_events: [...told, event('delivered', 12, 'A')] })).toMatchObject({
      declined,
      settled: true,
    });
    const none = event('cancelled', 9, null, { items: [{ sku: 'A', cantidad: 0 }] });
    expect(readOrden({ shipment_events: [none] }).declined).toBe('rest');
    expect(readOrden({ shipment_events: told, status: 'cancelled' }).declined).toBe('rest');
    expect(readOrden({ shipment_events: [...told, event('cancelled', 12)] }).declined).toBe('rest');
  });

  test.each([
    ['Cancelado parcialmente', true],
    ['cancelación parcial', true],
    ['Orden parcialmente cancelada', true],
    ['partially_cancelled', true],
    ['Partial cancellation requested', false],
    ['parcialmente enviado', false],
  ])('takes %s for a cancellation of what its event names (%s), and of nothing else', (status, isPart) => {
    const items = [{ sku: 'A', cantidad: 1 }];
    const named = readOrden({ status, shipment_events: [event(status, 9, null, { items })] });
    expect(named.declined).toEqual(isPart ? [{ sku: 'A', quantity: 1 }] : undefined);
    expect(readOrden({ status, shipment_events: [event(status, 9)] })).toMatchObject({ settled: false });
    expect(readOrden({ status, shipment_events: [event(status, 9)] }).declined).toBe(undefined);
    // A number beside a cancellation is no parcel's.
    expect(readOrden({ shipment_events: [event(status, 9, 'A')] }).parcels).toHaveLength(isPart ? 0 : 1);
  });

  test('has what came back in part back by its parcel, and what was delivered in part as sent', () => {
    for (const word of ['Devolución parcial', 'Parcialmente devuelto', 'partially_returned']) {
      const told = (number: string | null) => [event('shipped', 8, 'A'), event(word, 9, number)];
      const back = readOrden({ shipment_events: told('A') });
      expect(back.events.at(-1)).toMatchObject({ type: 'returned_to_sender', trackingNumber: 'A' });
      // Without a number it would be all parcels, and the last word.
      const unclear = readOrden({ status: word, shipment_events: told(null) });
      expect(unclear.events.at(-1)?.type).not.toBe('returned_to_sender');
      expect([unclear.settled, readOrden({ status: word }).settled]).toEqual([false, false]);
    }
    const partly = [event('Entregado parcialmente', 8), event('Rechazado', 9)];
    expect(readOrden({ shipment_events: partly }).declined).toBe(undefined);
  });

  test('came back where only its status says so: by its parcels, as an event would tell it', () => {
    const back = (members: object) =>
      readOrden({ status: 'Devuelto', ...members })
        .events.filter(({ type }) => type === 'returned_to_sender')
        .map(({ trackingNumber }) => trackingNumber);
    expect(back({ tracking_number: 'A' })).toEqual(['A']);
    expect(back({}), 'of parcels that were told before').toEqual([undefined]);
    expect(back({ shipment_events: [event('shipped', 8, 'A'), event('shipped', 9, 'B')] })).toEqual(['A', 'B']);
    expect(back({ shipment_events: [event('Devuelto', 9, 'A')] })).toEqual(['A']);
    expect(back({ status: 'En devolución', tracking_number: 'A' })).toEqual([]);
    expect(readOrden({ status: 'Devuelto', shipment_events: [event('shipped', 8, 'A')] }).settled).toBe(true);
    // What was cancelled before it left never left.
    expect(readOrden({ status: 'Devuelto', shipment_events: [event('cancelled', 9)] }).declined).toBe('rest');
  });

  test('is refused by the warehouse as long as it has sent nothing', () => {
    for (const status of ['Rechazado parcialmente', 'partially rejected']) {
      expect(readOrden({ status, shipment_events: [event(status, 9)] }).declined).toBeUndefined();
      const named = event(status, 9, null, { items: [{ sku: 'A', cantidad: 1 }] });
      expect(readOrden({ status, shipment_events: [named] }).declined).toEqual([{ sku: 'A', quantity: 1 }]);
    }
    for (const status of ['Rechazado', 'order rejected']) {
      expect(readOrden({ status }).declined).toBe('rest');
      expect(readOrden({ shipment_events: [event(status, 9)] }).declined).toBe('rest');
      for (const number of ['A', null]) {
        const sent = event('shipped', 8, number);
        expect(readOrden({ status, shipment_events: [sent] }).declined).toBeUndefined();
        expect(readOrden({ shipment_events: [sent, event(status, 9)] }).declined).toBeUndefined();
      }
      const part = event(status, 9, null, { items: [{ sku: 'A', cantidad: 1 }] });
      expect(readOrden({ shipment_events: [part] }).declined).toEqual([{ sku: 'A', quantity: 1 }]);
    }
  });

  test('says which order it is, in whatever it has', () => {
    expect(readOrden({ orden_id: 'scopio-main:ord_8f3a', canal: 'scopio-main' })).toMatchObject({
      orderId: 'scopio-main:ord_8f3a',
      remoteId: '5021',
      number: 'SC-1001',
      channel: 'scopio-main',
    });
    expect(read('orden', { id: 5021, canal: null }).type).toBe('shipment');
    expect(() => read('orden', { orden: { status: 'shipped' } })).toThrow('orden.id: is missing');
    const placement = { orderId: 'shop:1', remoteId: '5021', number: 'N-1', channel: 'shop' };
    expect(read('orden', { orden: { id: 7 }, placement })).toMatchObject({
      shipment: { orderId: 'shop:1', remoteId: '7', number: 'N-1', channel: 'shop' },
    });
    expect(() => read('orden', { orden: null, placement })).toThrow('orden: is missing');
    expect(() => read('orden', { orden: {}, placement })).toThrow('orden.id: is missing');
    const unnamed = { id: false, num_orden: {}, orden_id: [], fulfillment_status: 'Cancelado' };
    expect(read('orden', { orden: unnamed, placement })).toMatchObject({
      shipment: { orderId: 'shop:1', remoteId: '5021', number: 'N-1', settled: true, declined: 'rest' },
    });
  });

  test('finds the events in the order or beside it, and takes no number of zeros or dashes for a parcel', () => {
    const told = [
      { id: 0, status: 'Enviado', tracking_number: 'A' },
      { id: 0, status: 'Creado', tracking_number: '0' },
    ];
    const [beside, inside] = [{ orden: { id: 1 }, shipment_events: told }, { orden: { id: 1, eventos: told } }];
    for (const body of [beside, inside, { orden: { id: 1, tracking_number: '-', events: told } }])
      expect(read('orden', body)).toMatchObject({ shipment: { parcels: [{ trackingNumber: 'A' }] } });
    const [first, second] = (read('orden', beside) as { shipment: { events: object[] } }).shipment.events;
    expect(read('orden', { ...beside, shipment_events: told.toReversed() })).toMatchObject({
      shipment: { events: [second, first] },
    });
  });

  test('reads members under Spanish names', () => {
    const event = {
      estatus: 'Enviado',
      fecha: '2026-11-20 18:00:00',
      paqueteria: 'Estafeta',
      guia: 'E1',
      descripcion: 'x',
    };
    const orden = { id: 1, estatus: 'Entregado', paqueteria: 'DHL', numero_guia: 'D2', eventos: [event] };
    const at = '2026-11-21T00:00:00.000Z';
    expect(read('orden', { orden })).toMatchObject({
      shipment: {
        parcels: [
          { trackingNumber: 'E1', carrier: 'Estafeta', shippedAt: at },
          { trackingNumber: 'D2', carrier: 'DHL' },
        ],
        events: [{ type: 'shipped', at, trackingNumber: 'E1', carrier: 'Estafeta', description: 'x' }],
      },
    });
  });

  test('reads members in other letters, records that are named one by one, and what only a description says', () => {
    const event = {
      Estatus: 'Enviado',
      'Número Rastreo': 'E1',
      mensajeria: { nombre: 'DHL', name: 'DHL' },
      Fecha: '1/12/2026 18:00:00',
    };
    const bodies = [
      {
        orden: {
          Id: 1,
          shipment_events: [{ shipment_event: { ...event, 'Número Rastreo': undefined, numeroGuia: ['E1'] } }],
        },
      },
      { orden: { id: 1, eventos: [{ ...event, Estatus: null, descripcion: 'Paquete enviado', guia: 'E1' }] } },
    ];
    for (const body of bodies)
      expect(read('orden', body)).toMatchObject({
        shipment: { parcels: [{ trackingNumber: 'E1', carrier: 'DHL', shippedAt: '2026-12-02T00:00:00.000Z' }] },
      });
    const described = (descripcion: string) => readOrden({ eventos: [{ descripcion }] });
    expect(described('Orden cancelada por falta de inventario')).toMatchObject({ declined: 'rest' });
    expect(described('Cancelación solicitada').declined).toBeUndefined();
    expect(described('Llamar antes').events).toMatchObject([{ type: 'update', description: 'Llamar antes' }]);
  });

  test.each<[string, object]>([
    ['ShipmentEvents', { ShipmentEvents: [{ Status: 'Despachado', TrackingNumber: 'E1', CarrierName: 'DHL' }] }],
    ['JSON:API', { attributes: { status: 'shipped', tracking_number: 'E1', carrier_name: 'DHL' } }],
    ['its events', { events: [{ attributes: { status: 'shipped', guia: 'E1', paqueteria: 'DHL' } }] }],
    ['a list of objects', { status: 'En camino', guias: [{ numero: 'E1', paqueteria: 'DHL' }] }],
    ['packages', { paquetes: [{ number: 1 }, { number: 2, guia: 'E1', carrier: 'DHL' }] }],
    ['tracking_number', { tracking_number: [{ number: 'E1', carrier: 'DHL' }] }],
  ])('finds its parcel in %s', (_in, orden) => {
    expect(readOrden(orden).parcels).toMatchObject([{ trackingNumber: 'E1', carrier: 'DHL' }]);
  });

  test('makes a parcel of each number between commas', () => {
    const { parcels } = readOrden({ tracking_number: 'E1, E2;', carrier_name: 'DHL' });
    expect(parcels.map(({ trackingNumber }) => trackingNumber)).toEqual(['E1', 'E2']);
  });

  test('says what is in a parcel where its event does, with each quantity', () => {
    const events = [
      { status: 'shipped', tracking_number: 'A', items: [{ sku: 'MUG-RED', cantidad: '1' }] },
      { status: 'shipped', tracking_number: 'B', articulos: [{ SKU: 'MUG-RED' }] },
      { status: 'shipped', tracking_number: 'C', items: [{ sku: 'MUG-RED', cantidad: 0 }] },
      { status: 'packed', tracking_number: 'A', items: [{ sku: 'MUG-RED', cantidad: 1 }] },
      { status: 'shipped', tracking_number: 'A', items: ['A', 'A'].map((sku) => ({ sku, qty: 1 })) },
    ];
    expect(readOrden({ events }).parcels.map(({ items }) => items)).toEqual([
      [
        { sku: 'MUG-RED', quantity: 1 },
        { sku: 'A', quantity: 2 },
      ],
      undefined,
      undefined,
    ]);
  });

  test('tells events that have no id, no date or other words, the same at every reading', () => {
    const shipment_events = [
      { status: { nombre: 'En tránsito' }, tracking_number: 'A' },
      { status: 'Enviado', tracking_number: 'A', created_at: 'ayer' },
      { otro: 'x', tracking_number: 'A', carrier_name: { id: 1 } },
      'nothing',
      { status: 'Intento fallido' },
      { status: 'Intento fallido' },
    ];
    const { events, parcels } = readOrden({ updated_at: '2026-11-20 18:00:00', shipment_events });
    expect(events.map(({ type }) => type)).toEqual([
      ...['in_transit', 'shipped', 'update', 'failed_attempt', 'failed_attempt'],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(5);
    expect(events.every(({ at }) => at === '2026-11-21T00:00:00.000Z')).toBe(true);
    expect(readOrden({ updated_at: '2026-11-20 18:00:00', shipment_events }).events).toEqual(events);
    expect(parcels).toMatchObject([{ trackingNumber: 'A', carrier: '' }]);
  });

  test.each([
    ['Entregado', 'delivered', true],
    ['DEVUELTO', 'returned_to_sender', true],
    ['Cancelada', 'canceled', true],
    ['en camino', 'in_transit', false],
    ['Empacado', 'processing', false],
    ['Recibido', 'recibido', false],
    ['no_entregado', 'failed_attempt', false],
    ['Delivery attempt failed', 'failed_attempt', false],
    ['delivery_exception', 'failed_attempt', false],
    ['Entregado a la paquetería', 'shipped', false],
    ['Delivery scheduled', 'delivery_scheduled', false],
    ['return_requested', 'return_requested', false],
    ['return_in_transit', 'return_in_transit', false],
    ['delivered_on_second_attempt', 'delivered', true],
    ['Cancelación solicitada', 'cancelacion_solicitada', false],
    ['Cancelación en proceso', 'cancelacion_en_proceso', false],
    ['Devolución en tránsito', 'devolucion_en_transito', false],
    ['Orden cancelada', 'canceled', true],
    ['order_cancelled', 'canceled', true],
    ['El pedido fue entregado', 'delivered', true],
    ['Entrega exitosa', 'delivered', true],
    ['Entregado parcialmente', 'entregado_parcialmente', false],
    ['Enviado parcialmente', 'shipped', false],
    ['Delivering', 'delivering', false],
    ['Delivered to carrier', 'shipped', false],
    ['Entregado a DHL', 'shipped', false],
    ['undelivered', 'failed_attempt', false],
  ])('%s is %s', (status, type, settled) => {
    const orden = readOrden({ shipment_events: [event(status, 9, 'A')] });
    expect([orden.events[0]?.type, orden.settled]).toEqual([type, settled]);
  });
});

test('an item that was registered is known by every SKU that the channels have for it', () => {
  const body = { sku: 'MF-1', item_id: 7, ean: '590', title: 'Mug', avariable_quantity: 4 };
  const connection = connectionOf(info, { skus: { 'MUG-RED': 'MF-1', 'MUG-2': 'MF-1', OTHER: 'MF-2' } });
  const products = (of: object, at = connection) => map({ topic: 'item', body: of, receivedAt: RECEIVED_AT }, at);
  const known = { ean: '590', title: 'Mug', externalId: '7', quantity: 4, version: null };
  expect(products(body)).toEqual({
    type: 'products',
    products: [
      { ...known, sku: 'MUG-RED' },
      { ...known, sku: 'MUG-2' },
    ],
  });
  expect(products({ sku: 'NEW' }, connectionOf(info))).toEqual({
    type: 'products',
    products: [{ sku: 'NEW', version: null }],
  });
});
