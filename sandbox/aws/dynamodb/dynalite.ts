/**
 * The parts of dynalite that we build on, typed. They are internals, not its API, so its version is pinned.
 * Expressions, validation and query planning are dynalite's; storage and everything that writes are ours.
 */
import { createRequire } from 'node:module';
import { AwsError } from '../aws-error.ts';
import type { Charge } from './capacity.ts';

export type AttributeValue = Record<string, unknown>;
export type Item = Record<string, AttributeValue>;
export type Input = Record<string, unknown>;

interface KeyElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

export interface Index {
  IndexName: string;
  IndexStatus?: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}

export interface Table {
  TableName: string;
  TableStatus: string;
  KeySchema: KeyElement[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: Index[];
  LocalSecondaryIndexes?: Index[];
  StreamSpecification?: { StreamEnabled: boolean; StreamViewType: string };
  LatestStreamArn?: string;
  LatestStreamLabel?: string;
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
  /** The value as JSON, if known. */
  json?: string;
}

/** One key space of the store, as dynalite's actions use it. */
export interface SubStore {
  lock(key: string, run: (release: (callback: Callback) => Callback) => void): void;
  get(key: string, callback: Callback): void;
  put(key: string, value: unknown, callback: Callback): void;
  del(key: string, callback: Callback): void;
  batch(entries: BatchEntry[], callback: Callback): void;
  /** `read` and `list` are ours: like `get` and a range, without a callback. */
  read(key: string): Item | undefined;
  list(range: Range): Iterable<Item>;
}

/** What dynalite's actions are given to work on. */
export interface ActionStore {
  /** Called with the cost of each read, if the request asks for consumed capacity. */
  charge?: ((charge: Charge) => void) | undefined;
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

/** A query or scan, with its conditions turned into a range of keys. */
export interface Walk {
  store: ActionStore;
  table: Table;
  data: Input;
  range: Range;
  isLocal: boolean;
  /** The index lacks some of what was asked for, so the items are read, too. */
  readsItems: boolean;
  startKeyNames: string[];
}

interface Engine {
  createKey(item: Item, table: Table, schema?: KeyElement[]): string;
  createIndexKey(item: Item, table: Table, schema: KeyElement[]): string;
  hashPrefix(key: unknown, type: string): string;
  toRangeStr(key: unknown, type: string): string;
  itemSize(item: Item): number;
  mapPaths(paths: unknown[], item: Item): Item;
  matchesExprFilter(item: Item, expression: unknown): boolean;
  matchesFilter(item: Item, filter: unknown, operator: unknown): boolean;
  compare(operator: string, value: AttributeValue, others: AttributeValue): boolean;
  updateIndexes(store: ActionStore, table: Table, before: unknown, after: unknown, callback: Callback): void;
  queryTable(
    store: ActionStore,
    table: Table,
    data: Input,
    range: Range,
    isLocal: boolean,
    readsItems: boolean,
    startKeyNames: string[],
    callback: Callback<Input>,
  ): void;
  traverseKey(
    table: Table,
    schema: KeyElement[],
    visit: (attribute: string, type: string, isHash: boolean) => void,
  ): void;
  traverseIndexes<T>(
    table: Table,
    visit: (attribute: string, type: string, index: Index) => T | undefined,
  ): T | undefined;
  checkConditional(input: Input, item: Item | undefined): Failure | null | undefined;
  validateKey(key: Item, table: Table): Failure | null | undefined;
  validateItem(item: Item, table: Table): Failure | null | undefined;
}

const require = createRequire(import.meta.url);
export const engine: Engine = require('dynalite/db');

export function asAwsError(error: unknown): unknown {
  const failure = error as Failure;
  if (!failure?.statusCode || !failure.body) return error;
  return new AwsError(failure.body.__type, failure.body.message ?? '', { status: failure.statusCode });
}
