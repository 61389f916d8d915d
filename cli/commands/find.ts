import type { SearchResult } from '#lib/api/search';
import type { Command } from '../command.ts';
import { findOrders } from '../find-order.ts';
import { relativeTime } from '../format.ts';
import { parseCount } from '../options.ts';
import type { Column } from '../table.ts';

/** `longshore find`: orders by whatever is known of them. */
export function addFind(program: Command): void {
  program
    .command('find <words...>')
    .description('orders by number, id, tracking number, acknowledgement, SKU or the buyer’s e-mail address')
    .option('--limit <n>', 'how many at most', parseCount, 50)
    .examples('find SC-1001', 'find jd01 4600', 'find elena@example.com --json')
    .does(async (session, words: string[], { limit }: { limit: number }) => {
      const results = await findOrders(session.api, words.join(' '), limit);
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
