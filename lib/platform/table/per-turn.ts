import DataLoader from 'dataloader';
import type { Table } from './document.ts';

/** Joins what is asked of a table in one turn of the event loop, as by the messages of a batch, into one request. */
export function perTurn<Asked, Answer>(
  maxBatchSize: number,
  request: (asked: readonly Asked[], table: Table) => Promise<ReadonlyArray<Answer | Error>>,
): (table: Table) => DataLoader<Asked, Answer> {
  const loaders = new WeakMap<Table, DataLoader<Asked, Answer>>();
  return (table) => {
    const known = loaders.get(table);
    if (known) return known;
    const batchScheduleFn = (callback: () => void) => void setImmediate(callback);
    const loader = new DataLoader<Asked, Answer>((asked) => request(asked, table), {
      ...{ cache: false, maxBatchSize, batchScheduleFn },
    });
    loaders.set(table, loader);
    return loader;
  };
}
