import { type Handle, unknownOperation } from '../serve.ts';
import { type Input, perform, prepare } from './dynalite.ts';
import { writeItem } from './items.ts';
import { openStore } from './store.ts';
import { changeTable } from './tables.ts';
import { describeTimeToLive, startSweeper, updateTimeToLive } from './time-to-live.ts';
import { transactGetItems, transactWriteItems } from './transactions.ts';

const READS = new Set([
  'BatchGetItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'Query',
  'Scan',
]);

interface DynamoDbOptions {
  directory: string;
  ttlSweepMs: number;
  lockWaitMs: number;
}

/** DynamoDB on LevelDB: every write request, a transaction too, is one batch that a crash cannot tear. */
export async function openDynamoDb({ directory, ttlSweepMs, lockWaitMs }: DynamoDbOptions) {
  const store = await openStore({ directory, lockWaitMs });
  const stopSweeper = startSweeper(store, ttlSweepMs);

  const handle: Handle = (operation, payload) => {
    const input = payload as Input;
    switch (operation) {
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return writeItem(store, operation, input);
      case 'BatchWriteItem':
        return store.write((plan) => {
          const prepared = prepare(operation, input, store.writer(plan));
          return perform(operation, prepared, (fail) => store.writer(plan, fail));
        });
      case 'TransactWriteItems':
        return transactWriteItems(store, input);
      case 'TransactGetItems':
        return transactGetItems(store, input);
      case 'CreateTable':
      case 'UpdateTable':
      case 'DeleteTable':
      case 'TagResource':
      case 'UntagResource':
        return changeTable(store, operation, input);
      case 'UpdateTimeToLive':
        return updateTimeToLive(store, input);
      case 'DescribeTimeToLive':
        return describeTimeToLive(store, input);
    }
    if (!READS.has(operation)) throw unknownOperation(operation);
    return perform(operation, prepare(operation, input, store.reader(ignore)), store.reader);
  };

  return {
    handle,
    async close() {
      await stopSweeper();
      await store.close();
    },
  };
}

function ignore(): void {}
