/**
 * The parts of dynalite that we build on, typed. They are its inside, not its API, which is why its version is pinned:
 * expressions, validation and query planning come from there; storage and everything that writes is ours.
 */
import { createRequire } from 'node:module';
import type { Stream } from 'node:stream';
import { AwsError } from '../aws-error.ts';

export type AttributeValue = Record<string, unknown>;
export type Item = Record<string, AttributeValue>;
export type Input = Record<string, unknown>;

export interface KeyElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

export interface Index {
  IndexName: string;
  IndexStatus?: string;
  KeySchema: KeyElement[];
}

export interface Table {
  TableName: string;
  TableStatus: string;
  KeySchema: KeyElement[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: Index[];
  LocalSecondaryIndexes?: Index[];
}

export type Callback<T = unknown> = (error: Error | null, value?: T) => void;

export interface Range {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  limit?: number;
  reverse?: boolean;
}

export interface BatchEntry {
  type: 'put' | 'del';
  key: string;
  value?: unknown;
}

/** The LevelDB store. */
export interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
  getSync(key: string): unknown;
  batch(entries: BatchEntry[]): Promise<void>;
  keys(range: Range): AsyncIterable<string>;
  values(range: Range): AsyncIterable<unknown>;
  iterator(range: Range): AsyncIterable<[string, unknown]>;
}

/** One key space of the store, as dynalite's actions use it. */
export interface SubStore {
  lock(key: string, run: (release: (callback: Callback) => Callback) => void): void;
  get(key: string, callback: Callback): void;
  put(key: string, value: unknown, callback: Callback): void;
  del(key: string, callback: Callback): void;
  batch(entries: BatchEntry[], callback: Callback): void;
  createKeyStream(range: Range): Stream;
  createValueStream(range: Range): Stream;
}

/** What dynalite's actions are given to work on. */
export interface ActionStore {
  options: StoreOptions;
  tableDb: SubStore & { awsAccountId: string; awsRegion: string };
  getTable(name: string, checkStatus: boolean | Callback<Table>, callback?: Callback<Table>): void;
  getItemDb(table: string): SubStore;
  getIndexDb(type: string, table: string, index: string): SubStore;
  getTagDb(table: string): SubStore;
  deleteItemDb(table: string, callback: Callback): void;
  deleteIndexDb(type: string, table: string, index: string, callback: Callback): void;
  deleteTagDb(table: string, callback: Callback): void;
}

export interface StoreOptions {
  createTableMs: number;
  deleteTableMs: number;
  updateTableMs: number;
  maxItemSize: number;
}

interface Failure extends Error {
  statusCode?: number;
  body?: { __type: string; message?: string };
}

type IndexActions = { puts: { index: string; key: string; item: Item }[]; deletes: { index: string; key: string }[] };

interface Engine {
  create(options: Record<string, unknown>): { db: Level; options: StoreOptions };
  createKey(item: Item, table: Table): string;
  createIndexKey(item: Item, table: Table, schema: KeyElement[]): string;
  getIndexActions(indexes: Index[], before: Item | undefined, after: Item | undefined, table: Table): IndexActions;
  traverseIndexes<T>(
    table: Table,
    visit: (attribute: string, type: string, index: Index) => T | undefined,
  ): T | undefined;
  checkConditional(input: Input, item: Item | undefined): Failure | null | undefined;
  validateKey(key: Item, table: Table): Failure | null | undefined;
  validateItem(item: Item, table: Table): Failure | null | undefined;
}

interface Validations {
  checkTypes(input: Input, types: Record<string, unknown>): Input;
  checkValidations(input: Input, types: Record<string, unknown>, custom: unknown, store: ActionStore): void;
  toLowerFirst(name: string): string;
}

type Action = (store: ActionStore, input: Input, callback: Callback<Input>) => void;

const require = createRequire(import.meta.url);
export const engine: Engine = require('dynalite/db');
const validations: Validations = require('dynalite/validations');

// Index keys end in 24 bits of a hash of the table's key: two items with equal index keys can collide, and one of them
// would vanish from the index. With the table's key behind it, every entry is unique.
const shortIndexKey = engine.createIndexKey;
engine.createIndexKey = (item, table, schema) =>
  longIndexKey(shortIndexKey(item, table, schema), engine.createKey(item, table));

export function longIndexKey(indexKey: string, itemKey: string): string {
  return `${indexKey}/${itemKey}`;
}

const operations = new Map(
  [
    ...['BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteItem', 'DeleteTable', 'DescribeTable', 'GetItem'],
    ...['ListTables', 'ListTagsOfResource', 'PutItem', 'Query', 'Scan', 'TagResource', 'UntagResource', 'UpdateItem'],
    'UpdateTable',
  ].map((name) => {
    const file = validations.toLowerFirst(name);
    const action: Action = require(`dynalite/actions/${file}`);
    const rules: { types: Record<string, unknown>; custom?: unknown } = require(`dynalite/validations/${file}`);
    return [name, { action, rules }] as const;
  }),
);

function operation(name: string) {
  const found = operations.get(name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

/** Checks an input and parses its expressions. A parameter that dynalite would silently drop is refused by name. */
export function prepare(name: string, input: Input, store: ActionStore): Input {
  const { rules } = operation(name);
  const unknown = Object.keys(input).find((key) => !(key in rules.types) && input[key] != null);
  if (unknown) throw validationError(`The local emulator does not support ${unknown} of ${name}.`);
  try {
    const checked = validations.checkTypes(input, rules.types);
    validations.checkValidations(checked, rules.types, rules.custom, store);
    return checked;
  } catch (error) {
    throw asAwsError(error);
  }
}

/** Runs a dynalite action on a prepared input. */
export function perform(name: string, input: Input, storeFor: (fail: (error: unknown) => void) => ActionStore) {
  return new Promise<Input>((resolve, reject) => {
    const fail = (error: unknown) => reject(asAwsError(error));
    operation(name).action(storeFor(fail), input, (error, output) => (error ? fail(error) : resolve(output ?? {})));
  });
}

export function validationError(message: string): AwsError {
  return new AwsError('com.amazon.coral.validate#ValidationException', message);
}

export function asAwsError(error: unknown): unknown {
  const failure = error as Failure;
  if (!failure?.statusCode || !failure.body) return error;
  return new AwsError(failure.body.__type, failure.body.message ?? '', { status: failure.statusCode });
}
