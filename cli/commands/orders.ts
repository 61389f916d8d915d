import { Option } from 'commander';
import type { Shape } from '#client/index';
import { OrderStatus } from '#lib/orders/order-schema';
import type { Query } from '../api-client.ts';
import type { Command } from '../command.ts';
import { describeOrder, orderColumns } from '../describe-order.ts';
import { usageError } from '../errors.ts';
import { orderCalled } from '../find-order.ts';
import { late, since } from '../options.ts';

type Options = {
  connection?: string;
  status?: string;
  externalId?: string;
  since?: string;
  late?: boolean;
  acknowledged?: 'yes' | 'no';
};

/** `longshore orders`: what was sold. */
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
    .does(async (session, id: string) => {
      const order = await session.api.get<Shape<'Order'>>(
        `/orders/${encodeURIComponent(await orderCalled(session.api, id))}`,
      );
      session.answer(order, () => describeOrder(order, session));
    });
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
      const id = await orderCalled(session.api, words);
      const shippingAddress = Object.fromEntries(given.map(readMember));
      const order = await session.api.patch<Shape<'Order'>>(`/orders/${encodeURIComponent(id)}`, { shippingAddress });
      session.answer(order, () => describeOrder(order, session));
    });
  orders
    .command('route <order> <to> <line=quantity...>')
    .description('have somebody else ship units that nobody has shipped: a connection, or erp')
    .requiredOption('--reason <words>', 'why, for the record')
    .examples('orders route SC-1001 erp li_1=2 --reason "sold out at the warehouse"')
    .does(async (session, words: string, to: string, given: string[], { reason }: { reason: string }) => {
      const id = await orderCalled(session.api, words);
      const posted = { lineItems: given.map(readLine), to, reason };
      const order = await session.api.post<Shape<'Order'>>(`/orders/${encodeURIComponent(id)}/route`, posted);
      session.answer(order, () => describeOrder(order, session));
    });
}

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
