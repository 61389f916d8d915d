import DataLoader from 'dataloader';
import type { Table } from './document.ts';

/**
 * Requests of the same object share a batch: those of a table. The local runtime keeps functions with other rights apart,
 * which share a process there.
 */
export const joining: { of: (table: Table) => object } = { of: (table) => table };

/** Joins what is asked of a table in one turn of the event loop, as by the messages of a batch, into one request. */
export function perTurn<Asked, Answer>(
  maxBatchSize: number,
  request: (asked: readonly Asked[], table: Table) => Promise<ReadonlyArray<Answer | Error>>,
): (table: Table) => DataLoader<Asked, Answer> {
  const loaders = new WeakMap<object, DataLoader<Asked, Answer>>();
  return (table) => {
    const whose = joining.of(table);
    const known = loaders.get(whose);
    if (known) return known;
    const batchScheduleFn = (callback: () => void) => void setImmediate(callback);
    const loader = new DataLoader<Asked, Answer>((asked) => request(asked, table), {
      ...{ cache: false, maxBatchSize, batchScheduleFn },
    });
    loaders.set(whose, loader);
    return loader;
  };
}
