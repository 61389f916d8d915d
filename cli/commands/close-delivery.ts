import type { Delivery } from '#lib/api/delivery-schema';
import type { Command } from '../command.ts';
import { describeDelivery } from '../describe-delivery.ts';
import { refusal } from '../errors.ts';
import { yes } from '../options.ts';

interface Options {
  reason: string;
  remoteId?: string;
  yes?: boolean;
}

/** `longshore deliveries close`: a person has seen that it is done, or that it need not be. */
export function addCloseDelivery(deliveries: Command): void {
  deliveries
    .command('close <id>')
    .description('take a dead or blocked delivery as done, because somebody found it done at the marketplace')
    .requiredOption('--reason <text>', 'kept on record beside who did it')
    .option('--remote-id <id>', 'the id that the marketplace gave it, by which its later events find the order')
    .addOption(yes('do it; without it, the delivery is only shown'))
    .examples(
      'deliveries close dlv_5be1f6c2a93d70418f26 --reason "it stands in their panel" --yes',
      'deliveries close dlv_5be1f6c2a93d70418f26 --reason "order 5021 there" --remote-id 5021 --yes',
    )
    .remark('What waited for it goes on, and it never runs again by itself.')
    .does(async (session, id: string, { reason, remoteId, yes: sure }: Options) => {
      const path = `/deliveries/${encodeURIComponent(id)}`;
      const show = (delivery: Delivery) => session.answer(delivery, () => describeDelivery(delivery, session));
      if (sure)
        return show(await session.api.post<Delivery>(`${path}/close`, { reason, ...(remoteId && { remoteId }) }));
      const delivery = await session.api.get<Delivery>(path);
      show(delivery);
      if (delivery.state !== 'dead' && delivery.state !== 'blocked')
        throw refusal(`${id} is ${delivery.state}: only dead and blocked deliveries are closed`);
      throw refusal('nothing was closed: say --yes to do it');
    });
}
