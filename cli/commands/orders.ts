import { Option } from 'commander';
import type { Shape } from '#client/index';
import { OrderStatus } from '#lib/orders/order-schema';
import type { Query } from '../api-client.ts';
import type { Command } from '../command.ts';
import { usageError } from '../errors.ts';
import { describeShipBy, money, relativeTime } from '../format.ts';
import { orderCalled } from '../known.ts';
import { late, since } from '../options.ts';
import type { Session } from '../session.ts';
import { type Column, renderFacts } from '../table.ts';

type Options = {
  connection?: string;
  status?: string;
  externalId?: string;
  since?: string;
  late?: boolean;
  acknowledged?: 'yes' | 'no';
};

export function addOrders(program: Command): void {
  const orders = program.command('orders').description('what was sold, and what was shipped of it');
  orders
    .command('list')
    .description('orders, newest received first')
    .option('--connection <id>', 'sold at this connection')
    .addOption(new Option('--status <status>', 'in this status').choices(OrderStatus.options))
    .option('--external-id <id>', 'the one with this id at its marketplace; wants --connection')
    .addOption(late('whose ship-by has passed while units are left to ship'))
    .addOption(new Option('--acknowledged <answer>', 'which the ERP has, or has not').choices(['yes', 'no']))
    .addOption(since('received'))
    .examples(
      'orders list --status open --since 1d',
      'orders list --late --all',
      'orders list --connection scopio-main --external-id ord_8f3a',
    )
    .lists('/orders', { columns: orderColumns, none: 'no orders', query: queryOf });
  orders
    .command('show <id>')
    .description('an order with its lines, parcels, deliveries and timeline')
    .examples('orders show scopio-main:ord_8f3a', 'orders show scopio-main:ord_8f3a --json')
    .does(async (session, words: string) => show(session, session.api.get(await pathOf(session, words))));
  orders
    .command('refresh <order>')
    .description('read an order again at the marketplace that sold it, where that has a call for it')
    .examples('orders refresh SE-10044')
    .does(async (session, words: string) => {
      const id = await orderCalled(session.api, words);
      const asked = await session.api.post<{ deliveries: string[] }>(`/orders/${encodeURIComponent(id)}/refresh`);
      session.answer(asked, ({ deliveries }) => `${id} is being read: ${deliveries.join(', ')}`);
    });
  orders
    .command('correct <order> <member=value...>')
    .description('correct members of its shipping address; deliveries that waited for it run then')
    .examples('orders correct scopio-main:ord_8f3a postal_code=03940 "extended_address=Roma Norte"')
    .does(async (session, words: string, given: string[]) => {
      const shippingAddress = Object.fromEntries(given.map(readMember));
      await show(session, session.api.patch(await pathOf(session, words), { shippingAddress }));
    });
  orders
    .command('route <order> <to> <line=quantity...>')
    .description('have somebody else ship units that nobody has shipped: a connection, or erp')
    .requiredOption('--reason <words>', 'why, for the record')
    .examples('orders route SC-1001 erp li_1=2 --reason "sold out at the warehouse"')
    .does(async (session, words: string, to: string, given: string[], { reason }: { reason: string }) => {
      const posted = { lineItems: given.map(readLine), to, reason };
      await show(session, session.api.post(`${await pathOf(session, words)}/route`, posted));
    });
  orders
    .command('restore <order>')
    .description('take up again what its sales channel cancelled, and has restored without saying when')
    .requiredOption('--reason <words>', 'why, for the record')
    .examples('orders restore SC-1001 --reason "the buyer paid anew"')
    .does(async (session, words: string, { reason }: { reason: string }) =>
      show(session, session.api.post(`${await pathOf(session, words)}/restore`, { reason })),
    );
}

const pathOf = async ({ api }: Session, words: string): Promise<string> =>
  `/orders/${encodeURIComponent(await orderCalled(api, words))}`;

const show = async (session: Session, asked: Promise<Shape<'Order'>>): Promise<void> =>
  session.answer(await asked, (order) => describeOrder(order, session));

function queryOf({ externalId, acknowledged, ...filter }: Options): Query {
  if (externalId !== undefined && (filter.status ?? filter.since ?? filter.late) !== undefined)
    throw usageError('--external-id names one order: no --status, --since or --late beside it');
  return { externalId, acknowledged: acknowledged && acknowledged === 'yes', ...filter };
}

function readLine(text: string): { id: string; quantity: number } {
  const [, id, quantity] = /^(.+)=(\d+)$/s.exec(text) ?? [];
  if (id === undefined) throw usageError(`expected line=quantity, such as li_1=2, not "${text}"`);
  return { id, quantity: Number(quantity) };
}

function readMember(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw usageError(`expected member=value, such as postal_code=03940, not "${text}"`);
  return [name, value];
}

const orderColumns = (now: Date): Column<Shape<'OrderSummary'>>[] => [
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

/** An order for people: its lines, its parcels and its history. */
function describeOrder(order: Shape<'Order'>, { now, table }: Pick<Session, 'now' | 'table'>): string {
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

/** Details to print first, in this order: the end of a long line is cut. */
const FIRST = ['reason', 'code', 'description', 'note', 'trackingNumber', 'carrier'];

function describeDetail(detail: Record<string, unknown>): string {
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return Object.entries(detail)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
