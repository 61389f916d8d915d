import { type Command, Option } from 'commander';
import type { Order, OrderSummary } from '#lib/api/order-schema';
import { OrderStatus } from '#lib/orders/order-schema';
import { describeOrder, orderColumns } from '../describe-order.ts';
import { usageError } from '../errors.ts';
import { orderCalled } from '../find-order.ts';
import { answerList, type Page, readList } from '../list.ts';
import { addListOptions, examples, type ListOptions, late, since } from '../options.ts';
import { openSession } from '../session.ts';

interface Options extends ListOptions {
  connection?: string;
  status?: string;
  externalId?: string;
  since?: string;
  late?: boolean;
  acknowledged?: 'yes' | 'no';
}

/** `longshore orders`: what was sold. */
export function addOrders(program: Command): void {
  const orders = program.command('orders').description('what was sold, and what was shipped of it');
  addListOptions(
    orders
      .command('list')
      .description('orders, newest received first')
      .option('--connection <id>', 'sold at this connection')
      .addOption(new Option('--status <status>', 'in this status').choices(OrderStatus.options))
      .option('--external-id <id>', 'the one with this id at its marketplace; wants --connection')
      .addOption(late('whose ship-by has passed while units are left to ship'))
      .addOption(new Option('--acknowledged <answer>', 'which the ERP has, or has not').choices(['yes', 'no']))
      .addOption(since('received')),
  )
    .addHelpText(
      'after',
      examples(
        'orders list --status open --since 1d',
        'orders list --late --all',
        'orders list --connection scopio-main --external-id ord_8f3a',
      ),
    )
    .action(
      async (
        { connection, status, externalId, late: isLate, acknowledged: has, since: from, ...paging }: Options,
        command: Command,
      ) => {
        const session = openSession(command);
        if (externalId !== undefined && (status !== undefined || from !== undefined || isLate))
          throw usageError('--external-id names one order: no --status, --since or --late beside it');
        const acknowledged = has && String(has === 'yes');
        const query = { connection, status, externalId, acknowledged, since: from, ...(isLate && { late: 'true' }) };
        const page: Page<'orders', OrderSummary> =
          externalId === undefined
            ? await readList(session.api, '/orders', 'orders', query, paging)
            : await session.api.get<Page<'orders', OrderSummary>>('/orders', query);
        answerList(session, page, 'orders', orderColumns(session.now), 'no orders');
      },
    );
  orders
    .command('show <id>')
    .description('an order with its lines, parcels, deliveries and timeline')
    .addHelpText('after', examples('orders show scopio-main:ord_8f3a', 'orders show scopio-main:ord_8f3a --json'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const session = openSession(command);
      const order = await session.api.get<Order>(`/orders/${encodeURIComponent(await orderCalled(session.api, id))}`);
      session.answer(order, () => describeOrder(order, session));
    });
  orders
    .command('refresh <order>')
    .description('read an order again at the marketplace that sold it, where that has a call for it')
    .addHelpText('after', examples('orders refresh SE-10044'))
    .action(async (words: string, _options: unknown, command: Command) => {
      const session = openSession(command);
      const id = await orderCalled(session.api, words);
      const asked = await session.api.post<{ deliveries: string[] }>(`/orders/${encodeURIComponent(id)}/refresh`);
      session.answer(asked, ({ deliveries }) => `${id} is being read: ${deliveries.join(', ')}`);
    });
  orders
    .command('correct <order> <member=value...>')
    .description('correct members of its shipping address; deliveries that waited for it run then')
    .addHelpText(
      'after',
      examples('orders correct scopio-main:ord_8f3a postal_code=03940 "extended_address=Roma Norte"'),
    )
    .action(async (words: string, given: string[], _options: unknown, command: Command) => {
      const session = openSession(command);
      const id = await orderCalled(session.api, words);
      const shippingAddress = Object.fromEntries(given.map(readMember));
      const order = await session.api.patch<Order>(`/orders/${encodeURIComponent(id)}`, { shippingAddress });
      session.answer(order, () => describeOrder(order, session));
    });
  orders
    .command('route <order> <to> <line=quantity...>')
    .description('have somebody else ship units that nobody has shipped: a connection, or erp')
    .requiredOption('--reason <words>', 'why, for the record')
    .addHelpText('after', examples('orders route SC-1001 erp li_1=2 --reason "sold out at the warehouse"'))
    .action(async (words: string, to: string, given: string[], { reason }: { reason: string }, command: Command) => {
      const session = openSession(command);
      const id = await orderCalled(session.api, words);
      const posted = { lineItems: given.map(readLine), to, reason };
      const order = await session.api.post<Order>(`/orders/${encodeURIComponent(id)}/route`, posted);
      session.answer(order, () => describeOrder(order, session));
    });
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
