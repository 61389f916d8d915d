import fc from 'fast-check';
import { expect, it } from 'vitest';
import { at, contentOf, shipmentOf, snapshotOf, sourceOf, ucpErrors } from '#test/support/orders';
import { correctAddress } from './by-hand.ts';
import { storedOf, wholeOf } from './derive.ts';
import type { Order, OrderSnapshot, ShipmentSnapshot, SnapshotLine } from './order.ts';
import { applyShipment } from './shipment.ts';
import { applySnapshot } from './snapshot.ts';

type Happening =
  | { what: 'snapshot'; snapshot: OrderSnapshot; minute: number }
  | { what: 'shipment'; shipment: ShipmentSnapshot; by: string; minute: number }
  | { what: 'correction' };

const minute = fc.integer({ min: 0, max: 5 });

const line: fc.Arbitrary<SnapshotLine> = fc.record({
  id: fc.constantFrom('li_1', 'li_2', 'li_3'),
  sku: fc.constant('MUG'),
  title: fc.constantFrom('Mug', 'Red mug'),
  quantity: fc.nat(3),
  fulfilled: fc.nat(2),
  unitPrice: fc.nat(2),
});

const event = fc.record({
  ...{ id: fc.constant('e1'), type: fc.constant('delivered'), at: minute.map(at), trackingNumber: fc.constant('JD00') },
  lineItems: fc.constantFrom('li_0', 'li_1', 'li_2').map((id) => (id === 'li_0' ? [] : [{ id, quantity: 1 }])),
});

const snapshot: fc.Arbitrary<Happening> = fc
  .record({
    minute,
    version: fc.option(minute.map(at)),
    paidAt: fc.option(minute.map(at)),
    cancelled: fc.boolean(),
    lines: fc.uniqueArray(line, { selector: ({ id }) => id, maxLength: 3 }),
    number: fc.constantFrom('SC-1', 'SC-2'),
    placedAt: minute.map(at),
    timesAssumed: fc.boolean(),
    events: fc.array(event, { maxLength: 1 }),
  })
  .map(({ minute, timesAssumed, ...told }) => {
    const changes = { ...told, ...(timesAssumed && { timesAssumed }) };
    return { what: 'snapshot', minute, snapshot: snapshotOf(changes) };
  });

const PLACED = [
  { id: 'li_1', quantity: 2 },
  { id: 'li_2', quantity: 1 },
];
const text = fc.option(fc.constantFrom('', 'https://a.example/', 'https://b.example/'), { nil: undefined });

/** A shipper tells everything it knows each time, though not always everything about each parcel. */
const shipment: fc.Arbitrary<Happening> = fc
  .record({
    by: fc.constantFrom('marketful-mx', 'shoppo-supply'),
    minute,
    parcels: fc.array(fc.record({ trackingUrl: text, labelUrl: text, carrier: fc.constantFrom('', 'DHL') }), {
      maxLength: 3,
    }),
    events: fc.nat(3),
  })
  .map(({ by, minute, parcels, events }) => ({
    what: 'shipment',
    by,
    minute,
    shipment: shipmentOf({
      parcels: parcels.map(({ trackingUrl, labelUrl, carrier }, index) => ({
        carrier,
        trackingNumber: `JD0${index}`,
        shippedAt: at(index),
        ...(trackingUrl !== undefined && { trackingUrl }),
        ...(labelUrl !== undefined && { labelUrl }),
        ...(index === 1 && { lineItems: [{ id: 'li_3', quantity: 1 }] }),
      })),
      events: Array.from({ length: events }, (_, index) => ({ id: `${index}`, type: 'in_transit', at: at(index) })),
    }),
  }));

const correction: fc.Arbitrary<Happening> = fc.constant({ what: 'correction' });

/** The same events twice, each time in another order and with other copies. */
const twoWays = fc
  .tuple(
    fc.array(snapshot, { minLength: 1, maxLength: 5 }),
    fc.array(fc.oneof(shipment, shipment, correction), { maxLength: 5 }),
  )
  .map(([snapshots, others]) => [...snapshots, ...others])
  .chain((all) => fc.tuple(inSomeOrder(all), inSomeOrder(all)));

function inSomeOrder(all: readonly Happening[]): fc.Arbitrary<Happening[]> {
  const copies = fc.subarray([...all]);
  return copies.chain((again) => {
    const everything = [...all, ...again];
    return fc.shuffledSubarray(everything, { minLength: everything.length });
  });
}

/** What cannot be applied yet comes again: a shipment waits until there is an order. */
function live(happenings: readonly Happening[]): Order {
  const first = happenings.findIndex(({ what }) => what === 'snapshot');
  const [start, ...rest] = [...happenings.slice(first), ...happenings.slice(0, first)];
  if (start?.what !== 'snapshot') throw new Error('there is always a snapshot');
  const created = applySnapshot(null, start.snapshot, sourceOf(start.minute)).order;
  return rest.reduce(meet, created);
}

function meet(order: Order, happening: Happening): Order {
  switch (happening.what) {
    case 'snapshot': {
      const met = applySnapshot(order, happening.snapshot, sourceOf(happening.minute));
      if (met.result === 'older') expect(met.order.ucp).toEqual(order.ucp);
      return met.order;
    }
    case 'shipment':
      return applyShipment(order, happening.shipment, {
        connection: happening.by,
        placed: PLACED,
      }).order;
    case 'correction':
      return correctAddress(order, { postal_code: '44100' })?.order ?? order;
  }
}

it('ends in the same order whatever came first and however often', () => {
  fc.assert(
    fc.property(twoWays, ([one, other]) => {
      expect(contentOf(live(one))).toEqual(contentOf(live(other)));
    }),
    { numRuns: 500 },
  );
});

it('is cancelled unless the source itself said otherwise later', () => {
  fc.assert(
    fc.property(twoWays, ([happenings]) => {
      const told = happenings.filter((each) => each.what === 'snapshot');
      const versionOf = ({ snapshot, minute }: (typeof told)[number]) => snapshot.version ?? at(minute);
      const cancellations = told.filter(({ snapshot }) => snapshot.cancelled).map(versionOf);
      const lifted = told.filter(({ snapshot }) => !snapshot.cancelled && snapshot.version !== null).map(versionOf);
      const last = cancellations.sort().at(-1);
      const isLifted = last !== undefined && lifted.some((version) => version > last);
      expect(live(happenings).cancelled).toBe(last !== undefined && !isLifted);
    }),
    { numRuns: 200 },
  );
});

it('is a valid UCP order at every step, loses no line, parcel, event or payment, and sums to its totals', () => {
  fc.assert(
    fc.property(twoWays, ([happenings]) => {
      let last: Order | undefined;
      for (let count = 1; count <= happenings.length; count++) {
        const sofar = happenings.slice(0, count);
        if (!sofar.some(({ what }) => what === 'snapshot')) continue;
        const order = live(sofar);
        expect(ucpErrors(order)).toEqual([]);
        expectSums(order);
        if (last) expectNothingLost(last, order);
        last = order;
      }
    }),
    { numRuns: 50 },
  );
});

it('survives a round through JSON, as the table and the API take it', () => {
  fc.assert(
    fc.property(twoWays, ([happenings]) => {
      const order = live(happenings);
      expect(JSON.parse(JSON.stringify(order))).toStrictEqual(order);
      expect(wholeOf(JSON.parse(JSON.stringify(storedOf(order))))).toEqual(order);
    }),
    { numRuns: 100 },
  );
});

function expectNothingLost(before: Order, after: Order): void {
  const idsOf = (order: Order) => [
    ...order.ucp.line_items.map(({ id }) => id),
    ...order.fulfillments.flatMap(({ id, trackingUrl, labelUrl }) => [
      id,
      trackingUrl && `${id} url`,
      labelUrl && `${id} label`,
    ]),
    ...order.ucp.fulfillment.events.map(({ id }) => id),
    order.paidAt && 'paid',
  ];
  expect(idsOf(after)).toEqual(expect.arrayContaining(idsOf(before).filter(Boolean)));
}

function expectSums({ ucp }: Order): void {
  for (const totals of [ucp.totals, ...ucp.line_items.map((item) => item.totals)]) {
    const sum = totals.filter(({ type }) => type !== 'total').reduce((amount, entry) => amount + entry.amount, 0);
    expect(sum).toBe(totals.find(({ type }) => type === 'total')?.amount);
  }
  for (const { quantity } of ucp.line_items) expect(quantity.fulfilled).toBeLessThanOrEqual(quantity.total);
}
