import type { Delivery } from '#lib/api/delivery-schema';
import type { InboundEvent } from '#lib/api/events';
import type { SearchResult } from '#lib/api/search';
import type { Explanation } from '#lib/explanation/explanation-schema';
import type { Api } from '../api-client.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import { oneLine, relativeTime } from '../format.ts';
import { idsCalled, searchOrders } from '../known.ts';
import { parseCount } from '../options.ts';
import type { Column } from '../table.ts';

export function addFind(program: Command): void {
  program
    .command('find <words...>')
    .description('orders by number, id, tracking number, acknowledgement, SKU or the buyer’s e-mail address')
    .option('--limit <n>', 'how many at most', parseCount, 50)
    .examples('find SC-1001', 'find jd01 4600', 'find elena@example.com --json')
    .does(async (session, words: string[], { limit }: { limit: number }) => {
      const results = await searchOrders(session.api, words.join(' '), limit);
      session.answer({ results }, () =>
        results.length > 0
          ? session.table(results, columns(session.now))
          : 'nothing is called so; words are found from four characters on',
      );
    });
}

const columns = (now: Date): Column<SearchResult>[] => [
  { title: 'ORDER', value: ({ id }) => id },
  { title: 'NUMBER', value: ({ order }) => order.number },
  { title: 'STATUS', value: ({ order }) => order.status },
  { title: 'RECEIVED', value: ({ order }) => relativeTime(order.receivedAt, now) },
  { title: 'FOUND BY', value: ({ matched }) => matched },
];

export function addWhy(program: Command): void {
  program
    .command('why <anything>')
    .description(
      'why an order is where it is, and whom it waits for; by whatever it is found by, or by a delivery or event',
    )
    .examples('why SC-1001', 'why scopio-main:ord_8f3a', 'why dlv_5be1f6c2a93d70418f26')
    .does(async (session, about: string) => {
      const found = await findOrders(about, session.api);
      if (typeof found === 'string') return session.answer({ order: null, sentence: found }, () => oneLine(found));
      const told = await Promise.all(
        found.map((id) => session.api.get<Explanation>(`/orders/${encodeURIComponent(id)}/explanation`)),
      );
      session.answer(told.length === 1 ? told[0] : told, () =>
        told.map(({ order, sentence }) => oneLine(order === about ? sentence : `${order}: ${sentence}`)).join('\n'),
      );
    });
}

/** The ids of the orders that `about` concerns, or a sentence if it concerns none. */
export async function findOrders(about: string, api: Api): Promise<string[] | string> {
  if (about.startsWith('dlv_')) {
    const { order, action, connection, state, cause } = await api.get<Delivery>(`/deliveries/${about}`);
    return order === null ? tell(`${action} at ${connection} is ${state}`, cause) : [order];
  }
  if (about.startsWith('evt_')) {
    const { order, topic, connection, state, error, note } = await api.get<InboundEvent>(`/events/${about}`);
    if (order !== null) return [order];
    return tell(`${topic} from ${connection} is ${state}`, error ?? (note ? { description: note } : null));
  }
  const found = await idsCalled(api, about);
  if (found.length === 0) throw new CliError(`the hub has nothing named ${about}`);
  return found;
}

const tell = (what: string, why: { description: string } | null): string =>
  `${what}${why ? `: ${why.description}` : ''}.`;
