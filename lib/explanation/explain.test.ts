import { expect, test } from 'vitest';
import type { Connection } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { roleOf } from '#lib/marketplaces/registry';
import { applyFulfillment } from '#lib/orders/fulfillment';
import type { Fulfillment, Order, OrderSnapshot } from '#lib/orders/order';
import { planDeliveries } from '#lib/orders/plan';
import { applyReturns } from '#lib/orders/returns';
import { applyShipment } from '#lib/orders/shipment';
import { applySnapshot } from '#lib/orders/snapshot';
import { AWAY } from '#lib/platform/errors';
import { MUGS, orderOf, PLATE, shipmentOf, snapshotOf, sourceOf } from '#test/support/orders';
import { explain } from './explain.ts';

const now = new Date('2026-11-20T15:00:00.000Z');
const at = (time: string) => `2026-11-20T${time}:00.000Z`;

const connection = (id: string, marketplace: string): Connection => ({
  ...{ id, marketplace, baseUrl: 'https://x.example', settings: {}, pollIntervalSeconds: 60, requestsPerMinute: 60 },
});
const networkOf = (...connections: Connection[]) => ({
  connections: new Map(connections.map((each) => [each.id, each])),
  roleOf,
});
const network = networkOf(connection('scopio-main', 'scopio'), connection('marketful-mx', 'marketful'));

const ALL = [
  { id: 'li_1', quantity: 2 },
  { id: 'li_2', quantity: 1 },
];
const delivery = (action: string, changes: Partial<Delivery> = {}): Delivery => ({
  ...{ id: `dlv_${action}`, kind: 'push', action, connection: 'marketful-mx', marketplace: 'marketful' },
  ...{ order: 'scopio-main:ord_8f3a', subject: action === 'order' ? { lineItems: ALL } : {}, state: 'succeeded' },
  ...{ cause: null, waitsFor: null, createdAt: at('14:00'), updatedAt: at('14:02'), nextAttemptAt: null },
  ...{ attemptCount: 1, failures: 0, unknown: false, throttledSince: null, lease: null, deadLettered: false },
  ...changes,
});
const placed = (changes: Partial<Delivery['placed'] & object> = {}, more: Partial<Delivery> = {}): Delivery =>
  delivery('order', {
    placed: { remoteId: '5021', number: 'SC-1001', channel: 'scopio-main', at: at('14:02'), ...changes },
    ...more,
  });
const twice = (changes: Partial<Delivery['placed'] & object> = {}): Delivery[] => [
  placed({}, { subject: { lineItems: [{ id: 'li_1', quantity: 2 }] } }),
  placed({ at: at('14:30'), ...changes }, { id: 'dlv_2', subject: { lineItems: [{ id: 'li_2', quantity: 1 }] } }),
];
const placing = (changes: Partial<Delivery>) =>
  delivery('order', { state: 'pending', nextAttemptAt: at('15:02'), ...changes });
const blocked = (action: string, code: string, description: string, waitsFor: Delivery['waitsFor']) =>
  delivery(action, { state: 'blocked', cause: { code, description }, waitsFor });
/** A cancellation that waits for a person, worded when nothing had left yet. */
const stuck = (code: string): Delivery => {
  const description = 'Marketful cannot cancel over its API: have order 5021 stopped there by hand';
  return { ...blocked('cancel', code, description, 'operator'), subject: { placement: 'dlv_order' } };
};
const report = (changes: Partial<Delivery> = {}): Delivery =>
  delivery('fulfillment', { connection: 'scopio-main', marketplace: 'scopio', updatedAt: at('14:11'), ...changes });

/** With parcels of the warehouse for these lines, or for all. */
function shipped(order: Order, ...parcels: Array<Fulfillment['lineItems']>): Order {
  const told = parcels.map((lineItems, index) => ({
    ...{ carrier: 'dhl', trackingNumber: `JD0${index + 1}`, shippedAt: at(`14:1${index}`), lineItems },
  }));
  return applyShipment(order, shipmentOf({ parcels: told }), { connection: 'marketful-mx', placed: ALL }).order;
}
/** With its reports opened, as its plan asks for them. */
const withReports = (order: Order): Order => ({
  ...order,
  deliveries: planDeliveries(order, { ...network, routes: [] }).deliveries.map(({ id }) => id),
});
const withEvent = (order: Order, type: string): Order =>
  applyShipment(order, shipmentOf({ events: [{ id: 'e1', type, at: '2026-11-19T09:30:00.000Z' }] }), {
    ...{ connection: 'marketful-mx', placed: ALL },
  }).order;

const RETURN = {
  ...{ id: 'ret_1', by: 'erp', at: '2026-11-19T09:30:00.000Z', reason: null, refund: null },
  lineItems: [{ id: 'li_1', quantity: 1 }],
};
const CLOSED = { by: 'anna', reason: 'paid anew', at: at('14:30'), was: 'blocked', cause: null } as const;
const unpaid = (payment?: OrderSnapshot['payment']) => orderOf({ paidAt: null, ...(payment && { payment }) });
const gone = orderOf({ cancelled: true, version: at('13:00') });
const undated = (cancelled: boolean, receivedAt: string, before: Order | null = null) =>
  applySnapshot(before, snapshotOf({ cancelled, version: null }), { ...sourceOf(0), receivedAt }).order;
const restored = undated(false, at('13:30'), undated(true, at('13:00')));

const STATES: Record<string, [order: Order, deliveries: Delivery[], stage: string, who: string, sentence: string]> = {
  'not paid': [
    unpaid(),
    [],
    'unreleased',
    'buyer',
    'Scopio has not told that it is paid; it ships once Scopio does, or with "pending" in settings.release of scopio-main.',
  ],
  'on account, which the settings hold back': [
    unpaid({ method: 'invoice', state: 'on_account' }),
    [],
    'unreleased',
    'you',
    'It is to be paid on account by invoice, which settings.release of scopio-main does not let ship; add "on_account" there, or wait until Scopio tells that it is paid.',
  ],
  refunded: [
    unpaid({ method: null, state: 'refunded' }),
    [],
    'unreleased',
    'marketplace',
    'It does not ship, as the payment was given back; "refunded" in settings.release of scopio-main would release it.',
  ],
  'refunded after a part of it had shipped': [
    shipped(unpaid({ method: null, state: 'refunded' }), [{ id: 'li_1', quantity: 1 }]),
    [],
    'unreleased',
    'marketplace',
    'The rest does not ship, as the payment was given back; "refunded" in settings.release of scopio-main would release it.',
  ],
  'refunded after it was placed': [
    unpaid({ method: null, state: 'refunded' }),
    [placed()],
    'placed',
    'you',
    'Marketful has it since 14:02 UTC and has not shipped yet; it would not be placed by now (it does not ship, as the payment was given back): have it stopped there if it must not leave.',
  ],
  'refunded after it was placed, and let go': [
    unpaid({ method: null, state: 'refunded' }),
    [placed(), delivery('cancel', { subject: { placement: 'dlv_order', refunded: 2 }, closed: CLOSED })],
    'placed',
    'shipper',
    'Marketful has it since 14:02 UTC and has not shipped yet.',
  ],
  'held by its sales channel': [
    { ...orderOf({ held: 'it is not active at Scopio' }), releasedAt: null },
    [],
    'unreleased',
    'marketplace',
    'It does not ship: it is not active at Scopio; it will once Scopio says otherwise.',
  ],
  'held by its sales channel, and not paid': [
    { ...orderOf({ held: 'it is not active at Scopio', paidAt: null }), releasedAt: null },
    [],
    'unreleased',
    'marketplace',
    'It does not ship: it is not active at Scopio; its payment is "pending", too, which settings.release of scopio-main does not let ship.',
  ],
  'held before it was placed': [
    { ...orderOf({ held: 'it is not active at Scopio' }), releasedAt: at('14:00') },
    [placing({ attemptCount: 0 })],
    'unreleased',
    'marketplace',
    'It does not ship: it is not active at Scopio; it will once Scopio says otherwise.',
  ],
  'held when its placement was about to be made': [
    { ...orderOf({ held: 'it is not active at Scopio' }), releasedAt: at('14:00') },
    [placing({ state: 'dead', cause: { code: 'order_unreleased', description: 'It does not ship.' } })],
    'unreleased',
    'marketplace',
    'It does not ship: it is not active at Scopio; it will once Scopio says otherwise.',
  ],
  'no route': [
    orderOf(),
    [
      blocked(
        'route',
        'route_missing',
        'no route matches for line items li_1 of an order from scopio-main: add a route to the connections file',
        'routes',
      ),
    ],
    'blocked',
    'you',
    'Finding who ships it has been blocked since 14:02 UTC: no route matches for line items li_1 of an order from scopio-main; add a route to the connections file, and it goes on by itself.',
  ],
  'address incomplete': [
    orderOf(),
    [
      blocked(
        'order',
        'address_incomplete',
        'the order cannot be shipped before its address has shippingAddress.extended_address (colonia): correct it',
        'order',
      ),
    ],
    'blocked',
    'you',
    'Placing it with Marketful has been blocked since 14:02 UTC: the order cannot be shipped before its address has shippingAddress.extended_address (colonia); correct it, and it goes on by itself.',
  ],
  'secrets refused': [
    orderOf(),
    [blocked('order', 'http_401', 'Bad token', 'connection')],
    'blocked',
    'you',
    'Placing it with Marketful has been blocked since 14:02 UTC: Marketful refuses the secrets it was given; put the right ones into the connections file, and it goes on by itself.',
  ],
  'access refused': [
    orderOf(),
    [blocked('order', 'http_403', 'forbidden: access to order denied', 'connection')],
    'blocked',
    'you',
    'Placing it with Marketful has been blocked since 14:02 UTC: Marketful does not allow it (forbidden: access to order denied); have it allowed there and replay the delivery, or put other secrets into the connections file, and it goes on by itself.',
  ],
  'connection removed': [
    orderOf(),
    [
      {
        ...blocked('order', 'connection_missing', 'shed is not in the connections file', 'connection'),
        connection: 'shed',
      },
    ],
    'blocked',
    'you',
    'Placing it with shed has been blocked since 14:02 UTC: shed is not in the connections file; put it back there, and it goes on by itself.',
  ],
  'carrier not mapped': [
    shipped(orderOf(), ALL),
    [
      placed(),
      {
        ...report({ subject: { fulfillment: shipped(orderOf(), ALL).fulfillments[0]?.id ?? '' } }),
        ...blocked(
          'fulfillment',
          'carrier_unmapped',
          'Scopio has no word for carrier fedex: add "fedex": "<one of dhl, dpd>" to settings.carriers of scopio-main',
          'connection',
        ),
        ...{ connection: 'scopio-main', subject: { fulfillment: shipped(orderOf(), ALL).fulfillments[0]?.id ?? '' } },
      },
    ],
    'blocked',
    'you',
    'Telling Scopio of parcel JD01 has been blocked since 14:02 UTC: Scopio has no word for carrier fedex; add "fedex": "<one of dhl, dpd>" to settings.carriers of scopio-main, and it goes on by itself.',
  ],
  'nobody knows, and a person looks': [
    orderOf(),
    [
      blocked(
        'order',
        'outcome_unknown',
        'nobody knows whether it was done: look at Marketful, and replay it only if it was not',
        'operator',
      ),
    ],
    'blocked',
    'you',
    'Placing it with Marketful has been blocked since 14:02 UTC: nobody knows whether it was done; look at Marketful, and replay it only if it was not.',
  ],
  'cancelled by the supplier': [
    orderOf(),
    [
      {
        ...placed({ isSettled: true }),
        ...blocked(
          'order',
          'cancelled_by_supplier',
          'marketful-mx cancelled 2 MUG-RED: replay to order it anew, or have it shipped by somebody else',
          'operator',
        ),
      },
    ],
    'blocked',
    'you',
    'Placing it with Marketful has been blocked since 14:02 UTC: marketful-mx cancelled 2 MUG-RED; replay to order it anew, or have it shipped by somebody else.',
  ],
  'a change that the shipper cannot take': [
    orderOf(),
    [placed(), blocked('cancel', 'amend_unsupported', 'MUG-RED: 2 placed, 1 wanted', 'operator')],
    'blocked',
    'you',
    'Taking units back at Marketful has been blocked since 14:02 UTC: Marketful cannot change what was placed (MUG-RED: 2 placed, 1 wanted); have it changed there by hand.',
  ],
  'a change of what has left': [
    orderOf(),
    [
      placed(),
      blocked('cancel', 'amend_unsupported', 'MUG-RED: 2 placed, 1 wanted, 1 too many left already', 'operator'),
    ],
    'blocked',
    'you',
    'Taking units back at Marketful has been blocked since 14:02 UTC: Marketful cannot change what was placed (MUG-RED: 2 placed, 1 wanted, 1 too many left already); have it changed there, and sent back what has left.',
  ],
  'units taken back, and an address that is still the old one': [
    orderOf(),
    [
      placed(),
      {
        ...blocked('cancel', 'address_changed', 'its address changed: have it changed there', 'operator'),
        subject: { placement: 'dlv_order', lineItems: [{ id: 'li_1', quantity: 1 }], readdressed: 5 },
      },
    ],
    'blocked',
    'you',
    'Changing its address at Marketful has been blocked since 14:02 UTC: its address changed; have it changed there.',
  ],
  'other goods on a line': [
    orderOf(),
    [
      placed(),
      {
        ...blocked('cancel', 'goods_changed', 'other goods stand on a line: have it changed there', 'operator'),
        subject: { placement: 'dlv_order', lineItems: [], exchanged: 5 },
      },
    ],
    'blocked',
    'you',
    'Exchanging goods at Marketful has been blocked since 14:02 UTC: other goods stand on a line; have it changed there.',
  ],
  'cash on delivery nobody collects': [
    orderOf(),
    [
      blocked(
        'order',
        'cod_unsupported',
        'Marketful cannot collect cash on delivery: have it shipped by somebody who can',
        'operator',
      ),
    ],
    'blocked',
    'you',
    'Placing it with Marketful has been blocked since 14:02 UTC: Marketful cannot collect cash on delivery; have it shipped by somebody who can.',
  ],
  'dead, and more than that': [
    orderOf(),
    [
      delivery('order', { state: 'dead', attemptCount: 4, cause: { code: 'http_503', description: 'Maintenance.' } }),
      report({ state: 'dead', cause: { code: 'http_422', description: 'no' } }),
    ],
    'dead',
    'you',
    'Placing it with Marketful gave up at 14:02 UTC after 4 attempts (http_503: Maintenance.); replay the delivery if it is still to be done, or close it if it is done there; one more of its deliveries needs you.',
  ],
  'a follow-up that gave up': [
    shipped(orderOf(), ALL),
    [
      placed(),
      report(),
      report({ action: 'returned', state: 'dead', cause: { code: 'http_404', description: 'no row' } }),
    ],
    'dead',
    'you',
    'Telling Scopio of a return gave up at 14:11 UTC (http_404: no row); replay the delivery if it is still to be done, or close it if it is done there.',
  ],
  'placing next': [
    orderOf(),
    [placing({ attemptCount: 0 })],
    'placing',
    'hub',
    'Placing it with Marketful comes next.',
  ],
  'placing now': [
    orderOf(),
    [placing({ state: 'leased' })],
    'placing',
    'hub',
    'Placing it with Marketful is under way.',
  ],
  retrying: [
    orderOf(),
    [placing({ failures: 1, cause: { code: 'http_500', description: 'oops' } })],
    'placing',
    'hub',
    'Placing it with Marketful failed at 14:02 (http_500) and is tried again at 15:02 UTC, retry 1 of 3.',
  ],
  'retrying what may have worked': [
    orderOf(),
    [placing({ failures: 2, unknown: true, cause: { code: 'timeout', description: 'no answer' } })],
    'placing',
    'hub',
    'Nobody knows whether placing it with Marketful worked at 14:02 (timeout), so the hub looks there first at 15:02 UTC, retry 2 of 3.',
  ],
  'replayed after it had died': [
    orderOf(),
    [placing({ attemptCount: 4 })],
    'placing',
    'hub',
    'Placing it with Marketful comes next.',
  ],
  'replayed, and it may be done': [
    orderOf(),
    [placing({ attemptCount: 4, unknown: true })],
    'placing',
    'hub',
    'Placing it with Marketful comes next, and the hub looks there first.',
  ],
  throttled: [
    orderOf(),
    [placing({ throttledSince: at('14:01') })],
    'placing',
    'hub',
    'Marketful has asked for patience since 14:01, so placing it with Marketful goes on at 15:02 UTC.',
  ],
  'waiting for a remote that has just come back': [
    orderOf(),
    [placing({ attemptCount: 1, cause: { code: AWAY, description: 'http_503: it is still away' } })],
    'placing',
    'hub',
    'Placing it with Marketful waits for its turn in the rate limit and comes next at 15:02 UTC.',
  ],
  'waiting for the rate limit': [
    orderOf(),
    [placing({ attemptCount: 0, turnedAway: 2 })],
    'placing',
    'hub',
    'Placing it with Marketful waits for its turn in the rate limit and comes next at 15:02 UTC.',
  ],
  'with the shipper': [
    orderOf({ shipBy: at('18:00') }),
    [placed()],
    'placed',
    'shipper',
    'Marketful has it since 14:02 and has not shipped yet; it should leave by 18:00 UTC.',
  ],
  'late at the shipper': [
    orderOf({ shipBy: '2026-11-19T18:00:00.000Z' }),
    [placed()],
    'placed',
    'shipper',
    'Marketful has it since 14:02 and has not shipped yet; it should have left by 19 November 18:00 UTC and is late.',
  ],
  'partly shipped': [
    shipped(orderOf(), [{ id: 'li_1', quantity: 1 }]),
    [placed(), report()],
    'partly_shipped',
    'shipper',
    'Marketful has had 2 since 14:02 UTC; 1 of 3 units has shipped.',
  ],
  'with two who ship': [
    orderOf({ shipBy: at('18:00') }),
    [placed({}, { subject: { lineItems: [{ id: 'li_1', quantity: 2 }] } })],
    'placed',
    'shipper',
    'Marketful has had 2 since 14:02 and your ERP has had 1 since 09:00; 0 of 3 units have shipped; it should leave by 18:00 UTC.',
  ],
  'with one who ships, in two placements': [
    orderOf(),
    twice(),
    'placed',
    'shipper',
    'Marketful has had 2 since 14:02 and 1 since 14:30 UTC; 0 of 3 units have shipped.',
  ],
  'in two placements, of which one is done with': [
    orderOf(),
    twice({ isSettled: true }),
    'blocked',
    'you',
    'Marketful is done with it and has told of no parcel for 1 unit; look there, and have somebody ship what is missing.',
  ],
  'done with, and not shipped': [
    orderOf(),
    [placed({ isSettled: true })],
    'blocked',
    'you',
    'Marketful is done with it and has told of no parcel for 3 units; look there, and have somebody ship what is missing.',
  ],
  "the ERP's to ship": [
    orderOf(),
    [],
    'to_ship',
    'you',
    "It has been your ERP's to ship since 09:00 UTC, and no parcel has been posted yet.",
  ],
  "the ERP's to ship, and paid before the hub heard of it": [
    { ...orderOf(), releasedAt: at('08:15') },
    [],
    'to_ship',
    'you',
    "It has been your ERP's to ship since 09:00 UTC, and no parcel has been posted yet.",
  ],
  'shipped, and not yet told': [
    shipped(orderOf(), ALL),
    [placed(), report({ state: 'pending', attemptCount: 0 })],
    'shipped',
    'hub',
    'Marketful shipped it at 14:10 UTC (dhl JD01); telling Scopio of a parcel comes next.',
  ],
  told: [
    shipped(orderOf(), ALL),
    [placed(), report()],
    'told',
    'nobody',
    'Marketful shipped it at 14:10 (dhl JD01), and Scopio was told at 14:11 UTC.',
  ],
  'told longer ago than reports are kept': [
    withReports(shipped(asPlaced(orderOf(), [placed()]), ALL)),
    [placed()],
    'told',
    'nobody',
    'Marketful shipped it at 14:10 UTC (dhl JD01), and Scopio was told.',
  ],
  'told, for all that is known, longer ago than one that failed is kept': [
    { ...withReports(shipped(asPlaced(orderOf(), [placed()]), ALL)), receivedAt: '2023-01-02T09:00:00.000Z' },
    [placed()],
    'shipped',
    'nobody',
    'Marketful shipped it at 14:10 UTC (dhl JD01).',
  ],
  'told of goods that left twice': [
    shipped(orderOf(), ALL, ALL),
    [placed(), report()],
    'told',
    'nobody',
    'It left in 2 parcels, the last at 14:11, 3 units more than wanted, and Scopio was told at 14:11 UTC.',
  ],
  'told of two parcels, and delivered': [
    withEvent(shipped(orderOf(), [{ id: 'li_1', quantity: 2 }], [{ id: 'li_2', quantity: 1 }]), 'delivered'),
    [placed(), report()],
    'told',
    'nobody',
    'It left in 2 parcels, the last at 14:11, and Scopio was told at 14:11; it was delivered at 19 November 09:30 UTC.',
  ],
  'without a line': [orderOf({ lines: [] }), [], 'shipped', 'nobody', 'Scopio shows nothing in it to ship.'],
  'shipped by the channel itself': [
    orderOf({ lines: [{ id: 'li_1', sku: 'A', title: 'A', quantity: 1, fulfilled: 1, unitPrice: 1 }] }),
    [],
    'shipped',
    'nobody',
    'Scopio says that it has shipped.',
  ],
  'shipped by the ERP': [
    applyFulfillment(orderOf(), { carrier: 'dpd', trackingNumber: '7' }, at('14:10')).order,
    [report()],
    'told',
    'nobody',
    'Your ERP shipped it at 14:10 (dpd 7), and Scopio was told at 14:11 UTC.',
  ],
  returned: [
    applyReturns(shipped(orderOf(), ALL), [RETURN]).order,
    [placed(), report()],
    'returned',
    'nobody',
    'Marketful shipped it at 14:10 (dhl JD01); 1 unit came back, the last at 19 November 09:30 UTC.',
  ],
  'returned, of a line taken off since': [
    applySnapshot(
      applyReturns(shipped(orderOf(), ALL), [RETURN]).order,
      snapshotOf({ lines: [PLATE], version: at('15:00') }),
      sourceOf(5),
    ).order,
    [placed(), report()],
    'returned',
    'nobody',
    'Marketful shipped it at 14:10 (dhl JD01), 2 units more than wanted; 1 unit came back, the last at 19 November 09:30 UTC.',
  ],
  cancelled: [gone, [], 'cancelled', 'nobody', 'It was cancelled at Scopio at 13:00 UTC; nothing was placed.'],
  'cancelled without a date, after what is dated': [
    undated(true, at('13:00'), orderOf()),
    [],
    'cancelled',
    'nobody',
    'It was cancelled at Scopio at 13:00 UTC; nothing was placed.',
  ],
  'cancelled, and told of without that and without a date': [
    restored,
    [],
    'cancelled',
    'you',
    'It was cancelled at Scopio at 13:00 UTC; nothing was placed; Scopio has told of it without the cancellation, too, and no date says which is the later: "longshore orders restore" takes it up again.',
  ],
  'cancelled before it was placed': [
    gone,
    [
      delivery('order', { state: 'dead', cause: { code: 'order_cancelled', description: 'before it was placed' } }),
      delivery('cancel'),
    ],
    'cancelled',
    'nobody',
    'It was cancelled at Scopio at 13:00 UTC; nothing was placed.',
  ],
  'cancelled, and the shipper is yet to hear': [
    gone,
    [placed(), delivery('cancel', { state: 'pending', attemptCount: 0 })],
    'cancelled',
    'hub',
    'It was cancelled at Scopio at 13:00 UTC; cancelling it at Marketful comes next.',
  ],
  'cancelled after its address changed': [
    gone,
    [placed(), delivery('cancel', { state: 'pending', attemptCount: 0, subject: { readdressed: 3 } })],
    'cancelled',
    'hub',
    'It was cancelled at Scopio at 13:00 UTC; cancelling it at Marketful comes next.',
  ],
  'cancelled at the shipper, too': [
    gone,
    [placed(), delivery('cancel')],
    'cancelled',
    'nobody',
    'It was cancelled at Scopio at 13:00 UTC; Marketful has nothing of it any more.',
  ],
  'a cancellation that was not carried out': [
    gone,
    [
      placed(),
      blocked(
        'cancel',
        'cancel_unsupported',
        'Marketful cannot cancel over its API: have order 5021 stopped there by hand',
        'operator',
      ),
    ],
    'blocked',
    'you',
    'Cancelling it at Marketful has been blocked since 14:02 UTC: Marketful cannot cancel over its API; have order 5021 stopped there by hand.',
  ],
  'a cancellation that was not carried out, and all has left since': [
    shipped(gone, ALL),
    [placed(), stuck('cancel_unsupported')],
    'blocked',
    'you',
    'Cancelling it at Marketful has been blocked since 14:02 UTC, and all of it has left; have what has left sent back, then close it.',
  ],
  'a cancellation that was not carried out, and some has left since': [
    shipped(gone, [{ id: 'li_1', quantity: 2 }]),
    [placed(), stuck('cancel_unsupported')],
    'blocked',
    'you',
    'Cancelling it at Marketful has been blocked since 14:02 UTC: Marketful cannot cancel over its API; have order 5021 stopped there by hand; 2 units of it left meanwhile: have what has left sent back.',
  ],
  'a change of address that came too late': [
    shipped(orderOf(), ALL),
    [placed(), stuck('address_changed')],
    'blocked',
    'you',
    'Changing its address at Marketful has been blocked since 14:02 UTC, and all of it has left; have what has left sent back, then close it.',
  ],
};

/** The order as its deliveries were planned for it. */
function asPlaced(order: Order, deliveries: readonly Delivery[]): Order {
  const placing = deliveries.filter(({ action }) => action === 'order');
  const placements = placing.map(({ id, connection, subject: { lineItems = [] } }) => ({
    ...{ delivery: id, connection, lineItems },
  }));
  return { ...order, placements };
}

test.each(Object.entries(STATES))('says of an order that is %s', (_name, [order, deliveries, stage, who, sentence]) => {
  const told = explain(asPlaced(order, deliveries), deliveries, network, { now });
  expect(told.sentence).toBe(sentence);
  expect([told.order, told.stage, told.waitsFor.who]).toEqual(['scopio-main:ord_8f3a', stage, who]);
});

test('says of what is paid, and may not ship all the same, which setting keeps it', () => {
  const release = { ...connection('scopio-main', 'scopio'), settings: { release: ['on_delivery'] } };
  for (const state of ['paid', 'partly_refunded'] as const)
    expect(explain(orderOf({ payment: { method: 'card', state } }), [], networkOf(release), { now }).sentence).toBe(
      'It is paid by card, which settings.release of scopio-main does not let ship; add "paid" there.',
    );
});

test('leads nobody to wait for a payment that would not let the order ship', () => {
  const settings = { release: ['on_account'] };
  const say = (payment?: OrderSnapshot['payment']) =>
    explain(unpaid(payment), [], networkOf({ ...connection('scopio-main', 'scopio'), settings }), { now });
  expect(say()).toMatchObject({
    sentence:
      'Scopio has not told that it is paid, and settings.release of scopio-main would not let it ship then; add "paid" there, or "pending".',
    waitsFor: { who: 'you', what: 'release' },
  });
  const cash = explain(unpaid({ method: 'cod', state: 'on_delivery' }), [], network, { now });
  expect(cash.sentence).toBe(
    'It is to be paid on delivery by cod, which settings.release of scopio-main does not let ship; add "on_delivery" there.',
  );
});

test('says that a remote is away, whatever its deliveries wait for', () => {
  const waiting: Partial<Delivery>[] = [
    { attemptCount: 0 },
    { attemptCount: 0, turnedAway: 2 },
    { attemptCount: 2, failures: 2, cause: { code: 'http_503', description: 'down' } },
    { attemptCount: 3, failures: 3, turnedAway: 1, cause: { code: AWAY, description: 'it has failed' } },
  ];
  const away = new Map([['marketful-mx', at('13:40')]]);
  for (const changes of waiting) {
    const deliveries = [placing(changes)];
    expect(explain(asPlaced(orderOf(), deliveries), deliveries, network, { now, away }).sentence).toBe(
      'Marketful has failed at everything since 13:40: one delivery at a time asks whether it is back; placing it with Marketful looks again at 15:02 UTC and spends no attempt meanwhile.',
    );
  }
});

test('names a connection where there are two at one marketplace, and the day and year where they are others', () => {
  const several = networkOf(...network.connections.values(), connection('marketful-2', 'marketful'));
  const told = explain(asPlaced(orderOf(), [placed()]), [placed()], several, {
    now: new Date('2027-01-02T00:00:00.000Z'),
  });
  expect(told.sentence).toBe(
    'Marketful (marketful-mx) has it since 20 November 2026 14:02 UTC and has not shipped yet.',
  );
});

test('tells whom it waits for, what for, since when and until when', () => {
  const waitsOf = (order: Order, ...deliveries: Delivery[]) =>
    explain(asPlaced(order, deliveries), deliveries, network, { now }).waitsFor;
  expect(waitsOf(orderOf({ shipBy: at('18:00') }), placed())).toEqual({
    ...{ who: 'shipper', what: 'parcel', since: at('14:02'), until: at('18:00') },
  });
  expect(waitsOf(orderOf(), placing({}))).toEqual({
    ...{ who: 'hub', what: 'attempt', since: at('14:00'), until: at('15:02') },
  });
  expect(waitsOf(orderOf(), blocked('order', 'address_incomplete', 'x', 'order'))).toMatchObject({ what: 'order' });
  expect(waitsOf(gone)).toEqual({ who: 'nobody', what: null, since: null, until: null });
});

test('counts the units of a line that several ship', () => {
  const half = (id: string, connection: string) =>
    placed({}, { id, connection, subject: { lineItems: [{ id: 'li_1', quantity: 1 }] } });
  const deliveries = [half('dlv_1', 'marketful-mx'), half('dlv_2', 'scopio-main')];
  const order = shipped(orderOf({ lines: [MUGS] }), [{ id: 'li_1', quantity: 1 }]);
  expect(explain(asPlaced(order, deliveries), deliveries, network, { now }).sentence).toBe(
    'Scopio has had 1 since 14:02 UTC; 1 of 2 units has shipped.',
  );
});
