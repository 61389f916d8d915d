import type { BuyerExport, ErasureCertificate } from '#lib/api/buyers';
import type { Api } from '../api-client.ts';
import type { Command } from '../command.ts';
import { refusal, usageError } from '../errors.ts';
import { count, renderJson } from '../format.ts';
import { orderCalled } from '../known.ts';
import { yes } from '../options.ts';

interface Whom {
  order?: string;
  email?: string;
}

export function addBuyers(program: Command): void {
  const buyers = program
    .command('buyers')
    .description('what the hub keeps of a buyer; needs a key with the scope privacy');
  whom(buyers.command('find').description('how much it keeps of a buyer, by place'))
    .examples('buyers find --email elena@example.com')
    .does(async (session, options: Whom) => {
      const found = countIn(await exportAll(await subjectOf(options, session.api), session.api));
      session.answer(found, ({ orders, places }) => describe(orders, places));
    });
  whom(buyers.command('export').description('all of it, as JSON'))
    .examples('buyers export --order scopio-main:ord_8f3a > elena.json')
    .does(async (session, options: Whom) => {
      const found = await exportAll(await subjectOf(options, session.api), session.api);
      session.answer(found, () => renderJson(found));
    });
  whom(buyers.command('erase').description('erase it, for good; the certificate says what was touched'))
    .requiredOption('--reason <text>', 'kept on record, with who erased')
    .addOption(yes('do it; without it, it is only counted'))
    .examples('buyers erase --email elena@example.com --reason "asked by letter" --yes')
    .does(async (session, { reason, yes: sure, ...options }: Whom & { reason: string; yes?: boolean }) => {
      const subject = await subjectOf(options, session.api);
      if (!sure) {
        const { orders, places } = countIn(await exportAll(subject, session.api));
        session.answer({ orders, places }, () => describe(orders, places));
        throw refusal('nothing was erased: say --yes to do it');
      }
      const certificates: ErasureCertificate[] = [];
      let cursor: string | undefined;
      do {
        const certificate = await session.api.post('/buyers/erase', { ...subject, reason, cursor });
        certificates.push(certificate);
        ({ cursor } = certificate);
      } while (certificates.at(-1)?.complete === false);
      session.answer(certificates.length === 1 ? certificates[0] : certificates, () =>
        certificates.map(certify).join('\n'),
      );
    });
}

/** Joins as many answers as needed into one; `complete` false: some orders have more than one answer can hold. */
async function exportAll(subject: Whom, api: Api): Promise<BuyerExport> {
  const ask = (cursor?: string) => api.post('/buyers/export', { ...subject, cursor });
  let all = await ask();
  for (let { cursor } = all; cursor !== undefined; ) {
    const more = await ask(cursor);
    const places = Object.entries(all.places).map(([name, found]) => {
      return [name, [...found, ...more.places[name as keyof BuyerExport['places']]]];
    });
    all = { ...more, orders: [...all.orders, ...more.orders], places: Object.fromEntries(places) };
    if (more.cursor === cursor) break;
    ({ cursor } = more);
  }
  return all;
}

function countIn({ orders, places, complete }: BuyerExport) {
  const counts = Object.entries(places).map(([place, all]): [string, number] => [place, all.length]);
  return { orders, places: Object.fromEntries(counts), complete };
}

const whom = (command: Command): Command =>
  command
    .option('--order <id>', "this order's buyer")
    .option('--email <address>', 'the buyer of every order with this address');

async function subjectOf({ order, email }: Whom, api: Api): Promise<Whom> {
  if ((order === undefined) === (email === undefined)) throw usageError('name either --order or --email');
  return order === undefined ? { email: email as string } : { order: await orderCalled(api, order) };
}

const describe = (orders: readonly string[], places: Readonly<Record<string, number>>): string =>
  [
    `${count(orders.length, 'order', 'orders')}${orders.length > 0 ? `: ${orders.join(', ')}` : ''}`,
    ...Object.entries(places).map(([place, found]) => `  ${place.padEnd(12)} ${found}`),
  ].join('\n');

const certify = ({ id, at, by, reason, orders, touched, complete }: ErasureCertificate): string =>
  `${id}: erased ${at} by ${by} (${reason})\n${describe(orders, touched)}${complete ? '' : '\n  more is left: goes on'}`;
