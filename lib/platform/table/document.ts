import { randomUUID } from 'node:crypto';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItem as WiredWrite,
} from '@aws-sdk/client-dynamodb';
import type {
  DeleteCommandInput,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
  TransactWriteItem,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import { ContractError } from '../errors.ts';
import { slim, slimConfig } from '../sdk-tuning/slim.ts';
import { tableName } from '../settings.ts';
import { type Patience, whileContended } from './contention.ts';
import { isKeyTooLong } from './item.ts';

/** Items, keys and expression values as JavaScript has them. */
export type Values = Record<string, NativeAttributeValue>;
type WireValues = ReturnType<typeof toWire>;

const toWire = (values: Values) => marshall(values, { removeUndefinedValues: true });
const fromWire = (values: WireValues | undefined): Values | undefined => values && unmarshall(values);

/** There is only one table, so nobody has to name it. */
type OnTable<Input> = Omit<Input, 'TableName'>;

/** One write of a transaction. */
export type Write = { [Kind in keyof TransactWriteItem]: OnTable<NonNullable<TransactWriteItem[Kind]>> };
export type UpdateInput = OnTable<UpdateCommandInput>;

interface Page {
  Items: Values[];
  Count: number;
  LastEvaluatedKey: Values | undefined;
}

/**
 * The table's operations, with JavaScript values. Readers and writers take one as an argument, so that tests can pass
 * their own. A write under an impossible key throws ContractError before it is sent: an id in a body was too long.
 */
export interface Table {
  get(input: OnTable<GetCommandInput>): Promise<Values | undefined>;
  put(input: OnTable<PutCommandInput>): Promise<void>;
  /** Returns the attributes that `ReturnValues` asks for. */
  update(input: UpdateInput): Promise<Values | undefined>;
  delete(input: OnTable<DeleteCommandInput>): Promise<void>;
  query(input: OnTable<QueryCommandInput>): Promise<Page>;
  /** Strongly consistent; `unprocessed` keys have to be read again. */
  batchGet(keys: readonly Values[]): Promise<{ items: Values[]; unprocessed: Values[] }>;
  transactWrite(writes: readonly Write[]): Promise<void>;
  /** Puts and removes up to 25 items, none of them twice, each on its own; `unprocessed` ones must be written again. */
  batchWrite(writes: readonly PlainWrite[]): Promise<{ unprocessed: PlainWrite[] }>;
}

/** An item to put, or the key of one to remove, whatever is there. */
export type PlainWrite = { Item: Values } | { Key: Values };

const VALUES = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;
type Wired<Input> = Omit<Input, (typeof VALUES)[number]> &
  Record<(typeof VALUES)[number], WireValues> & { TableName: string };

/** An input with its values in DynamoDB's format. */
function wire<Input extends object>(input: Input, TableName: string): Wired<Input> {
  const wired: Record<string, unknown> = { TableName, ...input };
  for (const name of VALUES) if (wired[name]) wired[name] = toWire(wired[name] as Values);
  return wired as Wired<Input>;
}

/** Some eight seconds of throttling, 16 at most, cost less than an attempt whose outcome nobody recorded in time. */
const MAX_TRIES = 6;

/** A command's middleware is assembled once, not for each request: hence not lib-dynamodb. */
export const createClient = (more: DynamoDBClientConfig = {}): DynamoDBClient =>
  slim(new DynamoDBClient({ ...slimConfig, maxAttempts: MAX_TRIES, cacheMiddleware: true, ...more }));

export const client = createClient();

/** The table behind a client; what was throttled and what met another transaction is sent again. */
export function openTable(
  dynamoDb: Pick<DynamoDBClient, 'send'>,
  { nameOf = tableName, patience }: { nameOf?: () => string; patience?: Patience } = {},
): Table {
  const wired = <Input extends object>(input: Input) => wire(input, nameOf());
  const written = <Input extends { Item?: Values | undefined; Key?: Values | undefined }>(input: Input) => {
    if (isKeyTooLong(input.Item ?? input.Key ?? {}))
      throw new ContractError({ code: 'id_too_long', description: 'an id is longer than the ledger can hold' });
    return wired(input);
  };
  const send = ((command: never) =>
    whileContended<unknown>(() => dynamoDb.send(command), patience)) as DynamoDBClient['send'];
  return {
    get: async (input) => fromWire((await send(new GetItemCommand(wired(input)))).Item),
    put: async (input) => void (await send(new PutItemCommand(written(input)))),
    update: async (input) => fromWire((await send(new UpdateItemCommand(written(input)))).Attributes),
    delete: async (input) => void (await send(new DeleteItemCommand(written(input)))),
    async query(input) {
      const { Items = [], Count = 0, LastEvaluatedKey } = await send(new QueryCommand(wired(input)));
      return { Items: Items.map((item) => unmarshall(item)), Count, LastEvaluatedKey: fromWire(LastEvaluatedKey) };
    },
    async batchGet(keys) {
      const name = nameOf();
      const RequestItems = { [name]: { Keys: keys.map(toWire), ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await send(new BatchGetItemCommand({ RequestItems }));
      const plain = (all: WireValues[] = []) => all.map((each) => unmarshall(each));
      return { items: plain(Responses?.[name]), unprocessed: plain(UnprocessedKeys?.[name]?.Keys) };
    },
    async transactWrite(writes) {
      const TransactItems = writes.map(
        (write) => Object.fromEntries(Object.entries(write).map(([kind, part]) => [kind, written(part)])) as WiredWrite,
      );
      // One token for every time it is sent: what was done though no answer came is not done, nor found lost, again.
      await send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: randomUUID() }));
    },
    async batchWrite(writes) {
      const name = nameOf();
      const asked = writes.map((write) =>
        'Item' in write ? { PutRequest: { Item: toWire(write.Item) } } : { DeleteRequest: { Key: toWire(write.Key) } },
      );
      const { UnprocessedItems } = await send(new BatchWriteItemCommand({ RequestItems: { [name]: asked } }));
      const unprocessed = (UnprocessedItems?.[name] ?? []).flatMap(({ PutRequest, DeleteRequest }): PlainWrite[] => {
        const [Item, Key] = [fromWire(PutRequest?.Item), fromWire(DeleteRequest?.Key)];
        if (Item) return [{ Item }];
        return Key ? [{ Key }] : [];
      });
      return { unprocessed };
    },
  };
}

export const db: Table = openTable(client);
