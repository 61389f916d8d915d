import { setTimeout as sleep } from 'node:timers/promises';
import { db, type PlainWrite, type Table } from './document.ts';
import { perTurn } from './per-turn.ts';

const MAX_WRITES = 25;

const loaderOf = perTurn(MAX_WRITES, writeAll);

/** Puts an item, or removes one by its key, whatever is there; writes of the same moment share a request. */
export const writeTogether = async (write: PlainWrite, table = db): Promise<void> =>
  void (await loaderOf(table).load(write));

async function writeAll(writes: readonly PlainWrite[], table: Table): Promise<true[]> {
  // A request may not name an item twice: its last write counts.
  let pending = [...new Map(writes.map((write) => [textOf(write), write])).values()];
  const [only] = pending;
  if (only && pending.length === 1) await ('Item' in only ? table.put(only) : table.delete(only));
  else
    while (pending.length > 0) {
      pending = (await table.batchWrite(pending)).unprocessed;
      // DynamoDB leaves writes out when it is asked for too much.
      if (pending.length > 0) await sleep(Math.random() * 100);
    }
  return writes.map(() => true);
}

function textOf(write: PlainWrite): string {
  const { pk, sk } = 'Item' in write ? write.Item : write.Key;
  return `${pk}\n${sk}`;
}
