import type { Shape } from '#client/index';
import { describeShipBy, money, relativeTime } from './format.ts';
import type { Session } from './session.ts';
import { type Column, renderFacts } from './table.ts';

export const orderColumns = (now: Date): Column<Shape<'OrderSummary'>>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'NUMBER', value: ({ number }) => number, flexible: true, minor: true },
  { title: 'STATUS', value: ({ status }) => status },
  { title: 'TO', value: ({ shippingAddress }) => shippingAddress.address_country ?? '-' },
  { title: 'TOTAL', value: totalOf, right: true },
  { title: 'SHIP BY', value: (order) => describeShipBy(order, now) },
  { title: 'PARCELS', value: ({ fulfillments }) => String(fulfillments.length), right: true, minor: true },
  { title: 'RECEIVED', value: ({ receivedAt }) => relativeTime(receivedAt, now) },
  { title: 'CHANGED', value: ({ updatedAt }) => relativeTime(updatedAt, now), minor: true },
];

const totalOf = ({ amounts }: Pick<Shape<'OrderSummary'>, 'amounts'>): string => money(amounts.total, amounts.currency);

/** An order for people: its lines, its parcels and all that happened to it. */
export function describeOrder(order: Shape<'Order'>, { now, table }: Pick<Session, 'now' | 'table'>): string {
  const { id, number, status, placedAt, paidAt, shippingAddress: to, fulfillments, deliveries, timeline } = order;
  const { payment, market, shippingMethod: method, pickupPoint: point } = order;
  const facts = renderFacts([
    ['order', id],
    ['number', number],
    ['status', status],
    ['total', totalOf(order)],
    ['placed', `${placedAt} (${relativeTime(placedAt, now)})`],
    ['paid', paidAt && `${paidAt} (${relativeTime(paidAt, now)})`],
    ['payment', [payment.state, payment.method].filter(Boolean).join(' by ')],
    ['may ship', order.unreleased ?? (order.releasedAt ? `since ${order.releasedAt}` : 'not yet')],
    ['market', market && [market.name, market.reference].filter(Boolean).join(' ')],
    ['method', method && (method.name ?? method.code)],
    ['collected at', point && [point.id, point.name, point.address].filter(Boolean).join(', ')],
    ['ship by', order.shipBy && `${order.shipBy} (${describeShipBy(order, now)})`],
    ['to', [to.postal_code, to.address_locality, to.address_region, to.address_country].filter(Boolean).join(', ')],
    ['deliveries', deliveries.join(', ')],
    ['assumed', order.assumed.join('; ')],
    ['not read', order.unread.join(', ')],
  ]);
  const lines = table(order.lines, [
    { title: 'LINE', value: (line) => line.id },
    { title: 'SKU', value: ({ sku }) => sku },
    { title: 'ORDERED', value: ({ quantity }) => String(quantity), right: true },
    { title: 'PLACED', value: ({ placed }) => String(placed), right: true },
    { title: 'SHIPPED', value: ({ fulfilled }) => String(fulfilled), right: true },
    { title: 'CANCELLED', value: ({ cancelled }) => String(cancelled), right: true },
    { title: 'RETURNED', value: ({ returned }) => String(returned), right: true },
    { title: 'TITLE', value: ({ title }) => title, flexible: true },
  ]);
  const parcels = table(fulfillments, [
    { title: 'PARCEL', value: (parcel) => parcel.id },
    { title: 'BY', value: ({ by }) => by },
    { title: 'CARRIER', value: ({ carrier }) => carrier },
    { title: 'TRACKING', value: ({ trackingNumber }) => trackingNumber },
    { title: 'SHIPPED', value: ({ shippedAt }) => relativeTime(shippedAt, now) },
  ]);
  const events = table(timeline, [
    { title: 'AT', value: ({ at }) => at },
    { title: 'WHAT', value: ({ type }) => type },
    { title: 'BY', value: ({ by }) => by, flexible: true },
    { title: 'DETAIL', value: ({ detail }) => describeDetail(detail), flexible: true },
  ]);
  return [facts, lines, ...(fulfillments.length > 0 ? [parcels] : []), events].join('\n\n');
}

/** Details that come first, in this order: what is at the end of a line is cut first. */
const FIRST = ['reason', 'code', 'description', 'note', 'trackingNumber', 'carrier'];

function describeDetail(detail: Record<string, unknown>): string {
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return Object.entries(detail)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
