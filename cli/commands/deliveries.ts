import { Option } from 'commander';
import type { Delivery } from '#lib/api/delivery-schema';
import type { Command } from '../command.ts';
import { deliveryColumns, describeDelivery } from '../describe-delivery.ts';
import { refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { checkConnection, lists } from '../known.ts';
import { addDeliveryFilter, type DeliveryOptions, deliveriesOf, late, since, yes } from '../options.ts';
import { addReplayDeliveries } from './replay-deliveries.ts';

export function addDeliveries(program: Command): void {
  const deliveries = program.command('deliveries').description('everything the hub tells a remote, and its attempts');
  addList(deliveries);
  deliveries
    .command('show <id>')
    .description('a delivery with its attempts')
    .examples('deliveries show dlv_5be1f6c2a93d70418f26')
    .does(async (session, id: string) => {
      const delivery = await session.api.get<Delivery>(`/deliveries/${encodeURIComponent(id)}`);
      session.answer(delivery, () => describeDelivery(delivery, session));
      if (session.json || (delivery.state !== 'dead' && delivery.state !== 'blocked')) return;
      session.note(`\nOnce its cause is fixed:  longshore deliveries replay ${id} --reason …`);
      session.note(`If it is done already:    longshore deliveries close ${id} --reason …`);
    });
  addReplayDeliveries(deliveries);
  addClose(deliveries);
  addCauses(deliveries);
}

function addList(deliveries: Command): void {
  addDeliveryFilter(deliveries.command('list').description('deliveries, newest first'))
    .addOption(late('not done, and its order’s ship-by has passed or will have before the next attempt'))
    .examples(
      'deliveries list --state dead',
      'deliveries list --connection scopio-main --since 2h',
      'deliveries list --late',
      'deliveries list --order scopio-main:ord_8f3a --json',
    )
    .lists('/deliveries', {
      columns: deliveryColumns,
      none: 'no deliveries',
      query: async ({ late: isLate, ...filter }: DeliveryOptions & { late?: boolean }, { api }) => ({
        ...(await deliveriesOf(filter, api)),
        late: isLate,
      }),
    });
}

function addCauses(deliveries: Command): void {
  deliveries
    .command('causes')
    .description('dead and blocked deliveries grouped by why, the largest group first')
    .addOption(new Option('--connection <id>', 'of this connection'))
    .addOption(since('created'))
    .examples('deliveries causes', 'deliveries causes --connection marketful-mx --since 1d')
    .remark(
      'Fix a cause once, then replay its group: its filter is in --json, and for the largest group below the table.',
    )
    .does(async (session, options: { connection?: string; since?: string }) => {
      const found = await session.api.get('/deliveries/causes', { ...options });
      if (found.causes.length === 0)
        await checkConnection(session.api, options.connection, lists(session.api, '/deliveries', options));
      session.answer(found, ({ causes }) =>
        causes.length === 0
          ? 'nothing is dead or blocked'
          : session.table(causes, [
              { title: 'COUNT', value: ({ count }) => String(count), right: true },
              { title: 'STATE', value: ({ state }) => state },
              { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace, minor: true },
              { title: 'ACTION', value: ({ action }) => action },
              { title: 'CAUSE', value: ({ code }) => code },
              { title: 'FIRST', value: ({ firstSeen }) => relativeTime(firstSeen, session.now), minor: true },
              { title: 'LAST', value: ({ lastSeen }) => relativeTime(lastSeen, session.now), minor: true },
              { title: 'SAMPLE', value: ({ sample }) => sample.id, minor: true },
              { title: 'MESSAGE', value: ({ message }) => message, flexible: true },
            ]),
      );
      const [largest] = found.causes;
      if (!session.json && largest)
        session.note(
          `\nThe largest group: longshore deliveries replay --filter ${quote(JSON.stringify(largest.filter))}`,
        );
      if (!session.json && !found.complete)
        session.note(`Only the newest ${found.looked} were looked at: narrow by --connection or --since.`);
    });
}

/** Quotes one argument for the shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function addClose(deliveries: Command): void {
  deliveries
    .command('close <id>')
    .description('mark a dead or blocked delivery as done, after somebody found it done at the marketplace')
    .requiredOption('--reason <text>', 'kept on record beside who did it')
    .option('--remote-id <id>', 'the id that the marketplace gave it, by which its later events find the order')
    .addOption(yes('do it; without it, the delivery is only shown'))
    .examples(
      'deliveries close dlv_5be1f6c2a93d70418f26 --reason "it stands in their panel" --yes',
      'deliveries close dlv_5be1f6c2a93d70418f26 --reason "order 5021 there" --remote-id 5021 --yes',
    )
    .remark('What waited for it goes on, and it never runs again by itself.')
    .does(async (session, id: string, { yes: sure, ...said }: { reason: string; remoteId?: string; yes?: boolean }) => {
      const path = `/deliveries/${encodeURIComponent(id)}`;
      const show = (delivery: Delivery) => session.answer(delivery, () => describeDelivery(delivery, session));
      if (sure) return show(await session.api.post<Delivery>(`${path}/close`, said));
      const delivery = await session.api.get<Delivery>(path);
      show(delivery);
      if (delivery.state !== 'dead' && delivery.state !== 'blocked')
        throw refusal(`${id} is ${delivery.state}: only dead and blocked deliveries are closed`);
      throw refusal('nothing was closed: say --yes to do it');
    });
}
