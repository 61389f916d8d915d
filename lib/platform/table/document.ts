import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import { slim, slimConfig } from '../sdk-tuning/slim.ts';

/** Items, keys and expression values as JavaScript has them. */
export type Values = Record<string, NativeAttributeValue>;
type WireValues = ReturnType<typeof toWire>;

const toWire = (values: Values) => marshall(values, { removeUndefinedValues: true });
const fromWire = (values: WireValues | undefined): Values | undefined => values && unmarshall(values);

interface OnTable {
  TableName: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Values;
}

interface Conditional extends OnTable {
  ConditionExpression?: string;
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

export interface GetInput {
  TableName: string;
  Key: Values;
  ConsistentRead?: boolean;
}

export interface PutInput extends Conditional {
  Item: Values;
}

export interface KeyedInput extends Conditional {
  Key: Values;
}

export interface UpdateInput extends KeyedInput {
  UpdateExpression: string;
  ReturnValues?: 'ALL_NEW' | 'UPDATED_NEW';
}

export interface QueryInput extends OnTable {
  IndexName?: string;
  KeyConditionExpression: string;
  FilterExpression?: string;
  ScanIndexForward?: boolean;
  ConsistentRead?: boolean;
  Limit?: number;
  Select?: 'COUNT';
  ExclusiveStartKey?: Values;
}

/** One write of a transaction. */
export interface Write {
  Put?: PutInput;
  Update?: UpdateInput;
  Delete?: KeyedInput;
  ConditionCheck?: KeyedInput & { ConditionExpression: string };
}

interface Page {
  Items: Values[];
  Count: number;
  LastEvaluatedKey: Values | undefined;
}

type Wired<Input> = Omit<Input, ValueMembers> & { [Name in ValueMembers]: WireValues };
type ValueMembers = (typeof VALUES)[number];
const VALUES = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;

/** An input with whatever values it has as the wire has them. */
function wired<Input extends object>(input: Input): Wired<Input> {
  const wire = { ...input } as Record<string, unknown>;
  for (const name of VALUES) if (wire[name]) wire[name] = toWire(wire[name] as Values);
  return wire as Wired<Input>;
}

/** Three seconds of throttling cost less than an attempt, or an outcome that nobody could write down until its lease ended. */
const MAX_TRIES = 6;

// The middleware of a command is put together once, not for each request: which is why this is not lib-dynamodb.
export const client = slim(new DynamoDBClient({ ...slimConfig, maxAttempts: MAX_TRIES, cacheMiddleware: true }));

/** Told of each request before it is made, by the action that IAM knows; what it throws refuses the request. */
export type Watcher = (action: string, input: object) => void;

export const watchers = new Set<Watcher>();

function tell(action: string, input: object): void {
  for (const watch of watchers) watch(action, input);
}

/** The table's operations, with values as JavaScript has them. */
export const db = {
  async get(input: GetInput): Promise<Values | undefined> {
    tell('GetItem', input);
    return fromWire((await client.send(new GetItemCommand(wired(input)))).Item);
  },
  async put(input: PutInput): Promise<void> {
    tell('PutItem', input);
    await client.send(new PutItemCommand(wired(input)));
  },
  /** The attributes that `ReturnValues` asks for. */
  async update(input: UpdateInput): Promise<Values | undefined> {
    tell('UpdateItem', input);
    return fromWire((await client.send(new UpdateItemCommand(wired(input)))).Attributes);
  },
  async delete(input: KeyedInput): Promise<void> {
    tell('DeleteItem', input);
    await client.send(new DeleteItemCommand(wired(input)));
  },
  async query(input: QueryInput): Promise<Page> {
    tell('Query', input);
    const { Items = [], Count = 0, LastEvaluatedKey } = await client.send(new QueryCommand(wired(input)));
    return { Items: Items.map((item) => unmarshall(item)), Count, LastEvaluatedKey: fromWire(LastEvaluatedKey) };
  },
  /** Strongly consistent; `unprocessed` keys are to be asked for again. */
  async batchGet(TableName: string, keys: readonly Values[]): Promise<{ items: Values[]; unprocessed: Values[] }> {
    const Keys = keys.map(toWire);
    const input = { RequestItems: { [TableName]: { Keys, ConsistentRead: true } } };
    tell('BatchGetItem', input);
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand(input));
    const plain = (all: WireValues[] = []) => all.map((each) => unmarshall(each));
    return { items: plain(Responses?.[TableName]), unprocessed: plain(UnprocessedKeys?.[TableName]?.Keys) };
  },
  async transactWrite(writes: readonly Write[]): Promise<void> {
    tell('TransactWriteItems', writes);
    const TransactItems = writes.map(
      (write) =>
        Object.fromEntries(Object.entries(write).map(([kind, part]) => [kind, wired(part)])) as TransactWriteItem,
    );
    await client.send(new TransactWriteItemsCommand({ TransactItems }));
  },
};
