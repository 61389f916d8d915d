import { type Handle, unknownOperation } from '../serve.ts';
import { batchGetItem } from './batch-get.ts';
import { type Charge, describeCapacity, readUnits, type Wanted, wantedCapacity } from './capacity.ts';
import { engine, type Input } from './dynalite.ts';
import { planWrite, prepareWrite, readItem } from './items.ts';
import { check, perform } from './operations.ts';
import { prepare } from './prepare.ts';
import { openStore, type Store } from './store.ts';
import { STREAM_OPERATIONS } from './stream.ts';
import { changeTable, listTables, listTags } from './tables.ts';
import { describeTimeToLive, startSweeper, updateTimeToLive } from './time-to-live.ts';
import { transactGetItems, transactWriteItems } from './transactions.ts';

interface DynamoDbOptions {
  file: string;
  fsync?: boolean;
  ttlSweepMs: number;
  lockWaitMs: number;
  streamMs?: number | undefined;
}

type Run = (store: Store, input: Input, operation: string) => Input;

const admin: Run = (store, input, operation) => changeTable(store, operation, input);

const OPERATIONS: Readonly<Record<string, Run>> = {
  GetItem: costed(getItem),
  BatchGetItem: costed((store, input, charges) =>
    batchGetItem(
      store,
      store.reader((charge) => charges?.push(charge)),
      input,
    ),
  ),
  Query: costed(query),
  Scan: costed(query),
  PutItem: costed(writeItem),
  UpdateItem: costed(writeItem),
  DeleteItem: costed(writeItem),
  BatchWriteItem: costed((store, input, charges) =>
    store.write((plan) => {
      const writer = store.writer(plan);
      return perform('BatchWriteItem', check('BatchWriteItem', input, writer), writer);
    }, charges),
  ),
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
  CreateTable: admin,
  UpdateTable: admin,
  DeleteTable: admin,
  TagResource: admin,
  UntagResource: admin,
  DescribeTable: (store, input) =>
    perform('DescribeTable', check('DescribeTable', input, store.reader()), store.reader()),
  ListTables: listTables,
  ListTagsOfResource: listTags,
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: describeTimeToLive,
  ...STREAM_OPERATIONS,
};

/** DynamoDB in one SQLite file: each request is one step, answered once a crash cannot undo it. */
export function openDynamoDb({ file, fsync = false, ttlSweepMs, lockWaitMs, streamMs }: DynamoDbOptions) {
  const store = openStore({ file, fsync, lockWaitMs, streamMs });
  const stopSweeper = startSweeper(store, ttlSweepMs);
  const handle: Handle = (operation, payload) => {
    const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
    if (!run) throw unknownOperation(operation);
    return run(store, payload as Input, operation);
  };
  return {
    handle,
    committed: store.committed,
    async close() {
      await stopSweeper();
      store.close();
    },
  };
}

type CostedRun = (store: Store, input: Input, charges: Charge[] | undefined, operation: string) => Input;

/** Adds what a request cost to its answer, if it asks for that. */
function costed(run: CostedRun): Run {
  return (store, { ReturnConsumedCapacity, ...input }, operation) => {
    const wanted: Wanted | undefined = wantedCapacity({ ReturnConsumedCapacity });
    if (!wanted) return run(store, input, undefined, operation);
    const charges: Charge[] = [];
    const output = run(store, input, charges, operation);
    const costs = describeCapacity(charges, wanted);
    return { ...output, ConsumedCapacity: operation.startsWith('Batch') ? costs : costs[0] };
  };
}

function getItem(store: Store, input: Input, charges: Charge[] | undefined): Input {
  const reader = store.reader();
  const prepared = prepare('GetItem', input, reader);
  const output = perform('GetItem', prepared, reader);
  if (charges) {
    const item = readItem(store, prepared);
    const units = readUnits(item ? engine.itemSize(item) : 0, Boolean(prepared.ConsistentRead));
    charges.push({ table: String(prepared.TableName), units, indexes: [] });
  }
  return output;
}

function query(store: Store, input: Input, charges: Charge[] | undefined, operation: string): Input {
  const reader = store.reader((charge) => charges?.push(charge));
  return perform(operation, prepare(operation, input, reader), reader);
}

function writeItem(store: Store, input: Input, charges: Charge[] | undefined, operation: string): Input {
  const write = prepareWrite(store, operation as 'PutItem', input);
  return store.write((plan) => planWrite(store, plan, write), charges);
}
