import { ERP, retryPolicyOf } from '#lib/connections/connection';
import { type Delivery, isOpen, isStopped } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import { isDoubtful } from '#lib/orders/history';
import { shippedOf } from '#lib/orders/holders';
import { sumByLine, sumUnits } from '#lib/orders/line-quantities';
import type { Order } from '#lib/orders/order';
import { reportsGone } from '#lib/orders/plan';
import { returnedUnits, toldBack } from '#lib/orders/returns';
import { isLate, statusOf, unfulfilled } from '#lib/orders/status';
import { dueOf, lessOf, placementOf } from '#lib/orders/units';
import { lastOf } from '#lib/platform/canonical-json';
import { awaySince } from '#lib/platform/rate-limit/breaker';
import { retention } from '#lib/platform/settings';
import { sum } from '#lib/platform/sum';
import { keptFor } from '#lib/platform/table/table';
import { type Around, type Late, progressOf, troubleOf } from './deliveries.ts';
import type { Explanation } from './explanation-schema.ts';
import { isPlacing, sayUnreleased, tellPlacedBefore } from './held-back.ts';
import { type OpenUnits, openUnitsOf, type Standing } from './open-units.ts';
import { type Names, nameOf, type Said, sentenceOf, timeOf, units, waitsFor } from './words.ts';

/** Everything that an explanation is made of. */
interface Facts extends Around, Standing {
  /** Who sold it. */
  channel: string;
}

/** What may be said of an order, the most pressing first: the first rule that returns something explains it. */
const RULES: ReadonlyArray<(facts: Facts) => Said | undefined> = [
  sayTrouble,
  sayCancelled,
  ({ order, deliveries, names }) => sayUnreleased(order, deliveries, names),
  sayPlacing,
  sayHeld,
  sayTelling,
  sayReturned,
];

/** Why an order is where it is, from the ledger alone. Pure: the same facts at the same time give the same sentence. */
export function explain(
  order: Order,
  deliveries: readonly Delivery[],
  names: Names,
  { now = new Date(), away = new Map<string, string>() } = {},
): Explanation {
  const facts: Facts = {
    ...{ order, names, now, away },
    deliveries: deliveries
      .filter((each) => !isStopped(each))
      .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt)),
    channel: nameOf(order.connection, names),
    left: sumByLine(unfulfilled(order)),
    isCancelled: order.cancelled,
    trackingNumbers: new Map(order.fulfillments.map(({ id, trackingNumber }) => [id, trackingNumber])),
  };
  const said = RULES.map((rule) => rule(facts)).find((each) => each !== undefined) ?? sayDone(facts);
  const { stage, clauses, waitsFor } = said;
  const sentence = sentenceOf([...clauses, tellDoubt(facts), tellDeadline(facts, stage)]);
  return { order: order.id, stage, sentence, waitsFor };
}

/** Explains an order from its deliveries as the table has them, and from which of their remotes are away. */
export async function explainOrder(order: Order, names: Names): Promise<Explanation> {
  const deliveries = await getDeliveries(order.deliveries);
  const waiting = new Set(deliveries.filter(isOpen).map(({ connection }) => connection));
  const asked = await Promise.all(
    [...waiting].map(async (id) => [id, await awaySince(id, retryPolicyOf(names.connections.get(id)))] as const),
  );
  const away = new Map(asked.flatMap(([id, since]) => (since === null ? [] : [[id, since] as const])));
  return explain(order, deliveries, names, { away });
}

/** That its channel may have restored it, for all that anybody can tell. */
const tellDoubt = ({ order, channel }: Facts): string =>
  order.cancelled && isDoubtful(order.history)
    ? `${channel} has told of it without the cancellation, too, and no date says which is the later: "longshore orders restore" takes it up again`
    : '';

const HELD = new Set<Explanation['stage']>(['placed', 'to_ship', 'partly_shipped']);

/** Tells by when an order should ship, if somebody has it, and that it is late, whoever is to blame. */
function tellDeadline({ order, now }: Facts, stage: Explanation['stage']): string {
  const by = order.shipBy && timeOf(order.shipBy, now);
  if (!by) return '';
  const what = stage === 'partly_shipped' ? 'the rest' : 'it';
  if (isLate(order, now)) return `${what} should have left by ${by} and is late`;
  return HELD.has(stage) ? `${what} should leave by ${by}` : '';
}

const PRESSING = ['route', 'order', 'cancel', 'fulfillment'];
const pressing = ({ action }: Delivery): number => PRESSING.indexOf(action) + 1 || PRESSING.length + 1;

/** A delivery that needs a person, unless the order's cancellation is about to stop it. */
function sayTrouble(facts: Facts): Said | undefined {
  const { order, deliveries } = facts;
  const [first, ...others] = deliveries
    .filter(({ state }) => state === 'blocked' || state === 'dead')
    .filter((delivery) => !(order.cancelled && isPlacing(delivery) && !delivery.placed))
    .sort((a, b) => pressing(a) - pressing(b));
  return first && troubleOf(first, others.length, facts, lateOf(first, order));
}

function lateOf({ subject: { placement = '' } }: Delivery, order: Order): Late {
  const less = lessOf(dueOf(order), placement);
  // A change of address, or a refund, concerns all of it.
  const lines = less.length > 0 ? less : (placementOf(order, placement)?.lineItems ?? []);
  const [all = 0, units = 0] = [lines, shippedOf(order, placement, lines)].map(sumUnits);
  return { units, isAll: units === all };
}

function sayCancelled(facts: Facts): Said | undefined {
  const { order, deliveries, channel, now, names } = facts;
  if (statusOf(order) !== 'cancelled' && !order.cancelled) return undefined;
  const { cancelledAt } = order.history;
  const when = cancelledAt === null ? '' : ` at ${timeOf(cancelledAt, now)}`;
  const shipped = sum(order.ucp.line_items.map(({ quantity }) => quantity.fulfilled));
  const what = order.cancelled ? `it was cancelled at ${channel}${when}` : `${channel} has taken all its lines off`;
  const first = shipped > 0 ? `${what}, after ${units(shipped)} had shipped` : what;
  const cancels = deliveries.filter(({ action }) => action === 'cancel');
  const open = cancels.find(isOpen);
  if (open) return goesOn('cancelled', open, facts, first, 'cancellation');
  const undone = new Set(deliveries.filter(({ placed }) => placed).map(({ connection }) => nameOf(connection, names)));
  const have = `${[...undone].join(' and ')} ${undone.size === 1 ? 'has' : 'have'} nothing of it any more`;
  const rest = undone.size > 0 ? have : 'nothing was placed';
  const isDecided = !isDoubtful(order.history);
  return {
    stage: 'cancelled',
    clauses: [first, rest],
    waitsFor: isDecided ? waitsFor('nobody') : waitsFor('you', 'decision'),
  };
}

function sayPlacing(facts: Facts): Said | undefined {
  const open = facts.deliveries.find((delivery) => isPlacing(delivery) && isOpen(delivery));
  return open && goesOn('placing', open, facts);
}

/** The hub works on a delivery by itself. */
const goesOn = (
  stage: Said['stage'],
  open: Delivery,
  facts: Facts,
  first = '',
  what: 'attempt' | 'cancellation' = 'attempt',
): Said => ({
  stage,
  clauses: [first, progressOf(open, facts)],
  waitsFor: waitsFor('hub', what, open.createdAt, open.nextAttemptAt),
});

function sayHeld(facts: Facts): Said | undefined {
  const { order, left, now, names, deliveries } = facts;
  const holders = openUnitsOf(facts);
  const [first, ...others] = holders;
  if (!first) return undefined;
  const isOwn = first.connection === ERP;
  const done = holders.find(({ isSettled }) => isSettled);
  if (done) {
    const clauses = [
      `${nameOf(done.connection, names)} is done with it and has told of no parcel for ${units(done.left)}`,
      'look there, and have somebody ship what is missing',
    ];
    return { stage: 'blocked', clauses, waitsFor: waitsFor('you', 'decision', done.since) };
  }
  const wanted = sum(order.ucp.line_items.map(({ quantity }) => quantity.total));
  const shipped = wanted - sum(left.values());
  const has = ({ connection, since, left: units }: OpenUnits, index: number) => {
    const who = holders[index - 1]?.connection === connection ? '' : `${nameOf(connection, names)} has had `;
    return `${who}${units} since ${timeOf(since, now)}`;
  };
  const whole = others.length === 0 && shipped === 0;
  const clause = whole ? hasAll(first, facts) : holders.map(has).join(' and ');
  const progress = whole ? '' : `${shipped} of ${units(wanted)} ${shipped === 1 ? 'has' : 'have'} shipped`;
  const reports = deliveries.find((delivery) => !isPlacing(delivery) && isOpen(delivery));
  // By closing the delivery that asked about its refund, a person has let it ship.
  const isDecided = deliveries.some(({ subject, closed }) => subject.refunded !== undefined && closed);
  const doubt = isOwn || isDecided ? '' : tellPlacedBefore(order, names);
  return {
    stage: shipped > 0 ? 'partly_shipped' : isOwn ? 'to_ship' : 'placed',
    clauses: [clause, progress, doubt, reports ? progressOf(reports, facts) : ''],
    waitsFor: doubt
      ? waitsFor('you', 'decision', first.since)
      : waitsFor(isOwn ? 'you' : 'shipper', 'parcel', first.since, order.shipBy ?? null),
  };
}

const hasAll = ({ connection, since }: OpenUnits, { names, now }: Facts): string =>
  connection === ERP
    ? `it has been your ERP's to ship since ${timeOf(since, now)}, and no parcel has been posted yet`
    : `${nameOf(connection, names)} has it since ${timeOf(since, now)} and has not shipped yet`;

/** All of it was shipped, and the sales channel has yet to be told. */
function sayTelling(facts: Facts): Said | undefined {
  const open = facts.deliveries.find(isOpen);
  return open && goesOn('shipped', open, facts, hasShipped(facts));
}

function hasShipped({ order: { fulfillments, ucp }, names, now, channel }: Facts): string {
  const last = fulfillments.at(-1);
  if (!last && ucp.line_items.every(({ quantity }) => quantity.total === 0))
    return `${channel} shows nothing in it to ship`;
  if (!last) return `${channel} says that it has shipped`;
  const { by, shippedAt, carrier, trackingNumber } = last;
  const when = timeOf(shippedAt, now);
  const sent = sumByLine(fulfillments.flatMap(({ lineItems }) => lineItems));
  const wanted = new Map(ucp.line_items.map(({ id, quantity }) => [id, quantity.total]));
  const more = sum([...sent].map(([id, quantity]) => Math.max(0, quantity - (wanted.get(id) ?? 0))));
  const tooMany = more > 0 ? `, ${units(more)} more than wanted` : '';
  const parcels = new Set(fulfillments.map((each) => `${each.by} ${each.trackingNumber}`)).size;
  if (parcels > 1) return `it left in ${parcels} parcels, the last at ${when}${tooMany}`;
  return `${nameOf(by, names)} shipped it at ${when} (${[carrier, trackingNumber].filter(Boolean).join(' ')})${tooMany}`;
}

function sayReturned(facts: Facts): Said | undefined {
  const { order, now } = facts;
  const last = order.returns?.at(-1);
  if (!last) return undefined;
  const shown = returnedUnits(order);
  const sent = sumByLine(order.fulfillments.flatMap(({ lineItems }) => lineItems));
  // A line that was taken off the order since shows neither what left nor what came back.
  const back = sum(
    [...toldBack(order)].map(([id, units]) => Math.max(shown.get(id) ?? 0, Math.min(units, sent.get(id) ?? 0))),
  );
  const clauses = [hasShipped(facts), `${units(back)} came back, the last at ${timeOf(last.at, now)}`];
  return { stage: 'returned', clauses, waitsFor: waitsFor('nobody') };
}

/** A report that is kept no more went well, unless one that failed may have expired by now, too. */
function isToldLongAgo({ order, deliveries, now }: Facts): boolean {
  const { expiresAt } = keptFor(retention.orderDays(), order.receivedAt);
  const isCertain = expiresAt === undefined || now.getTime() < expiresAt * 1000;
  return isCertain && reportsGone(order, deliveries).length > 0;
}

function sayDone(facts: Facts): Said {
  const { order, deliveries, channel, now } = facts;
  const told = deliveries.filter(({ action, state }) => action === 'fulfillment' && state === 'succeeded');
  const at = lastOf(told.map(({ updatedAt }) => updatedAt));
  const delivered = order.shipmentEvents.filter(({ type }) => type === 'delivered').at(-1);
  const isTold = at !== undefined || isToldLongAgo(facts);
  const clauses = [
    `${hasShipped(facts)}${isTold ? `, and ${channel} was told${at ? ` at ${timeOf(at, now)}` : ''}` : ''}`,
    delivered ? `it was delivered at ${timeOf(delivered.at, now)}` : '',
  ];
  return { stage: isTold ? 'told' : 'shipped', clauses, waitsFor: waitsFor('nobody') };
}
