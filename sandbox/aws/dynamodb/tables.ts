import { validationError } from '../aws-error.ts';
import { tableNotFound } from './action-store.ts';
import type { Input, Table } from './dynalite.ts';
import { allExpiries } from './expiry.ts';
import { TABLES, TIME_TO_LIVE, tagPrefix, within } from './key-space.ts';
import { check, perform } from './operations.ts';
import type { Store } from './store.ts';
import { switchStream } from './stream.ts';

/**
 * CreateTable, UpdateTable, DeleteTable and tags. dynalite writes the transient state (CREATING, DELETING) at once and
 * the final one by a timer; here the final state is written at once, so that no crash leaves a table half made.
 */
export function changeTable(store: Store, operation: string, input: Input): Input {
  if (input.GlobalSecondaryIndexUpdates) {
    throw validationError('The local emulator cannot add or remove indexes: start with a fresh data directory.');
  }
  const { StreamSpecification: wanted, ...others } = input;
  if (operation === 'UpdateTable' && wanted && Object.keys(others).length === 1) return updateStream(store, input);
  return store.write((plan) => {
    const prepared = check(operation, withoutDefaults(others), store.writer(plan));
    const output = perform(operation, prepared, store.writer(plan));
    const name = String(input.TableName);
    const entry = plan.entries.find(({ type, key }) => type === 'put' && key === TABLES + name);
    if (!entry) return output;

    if (operation === 'DeleteTable') {
      plan.entries.push({ type: 'del', key: TABLES + name }, { type: 'del', key: TIME_TO_LIVE + name });
      for (const [key] of store.rows.list(allExpiries(name))) plan.entries.push({ type: 'del', key });
      store.tables.delete(name);
      store.timeToLive.delete(name);
      return output;
    }
    const table = activated(entry.value as Table);
    if (wanted && operation === 'CreateTable') switchStream(table, wanted);
    entry.value = table;
    store.tables.set(name, table);
    return operation === 'CreateTable' ? structuredClone(output) : output;
  });
}

/** Drops parameters that only state defaults, which dynalite does not know. */
function withoutDefaults(input: Input): Input {
  const { DeletionProtectionEnabled: isProtected, TableClass, ...rest } = input;
  return {
    ...rest,
    ...(isProtected ? { DeletionProtectionEnabled: isProtected } : {}),
    ...(TableClass && TableClass !== 'STANDARD' ? { TableClass } : {}),
  };
}

function updateStream(store: Store, { TableName: name, StreamSpecification: wanted }: Input): Input {
  const known = store.tables.get(String(name));
  if (!known) throw tableNotFound(String(name));
  const table = structuredClone(known);
  switchStream(table, wanted);
  store.write((plan) => plan.entries.push({ type: 'put', key: TABLES + table.TableName, value: table }));
  store.tables.set(table.TableName, table);
  return { TableDescription: structuredClone(table) };
}

function activated(table: Table): Table {
  const copy = structuredClone(table);
  copy.TableStatus = 'ACTIVE';
  for (const index of copy.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
  return copy;
}

export function listTables(store: Store, input: Input): Input {
  const { ExclusiveStartTableName: after = '', Limit = 100 } = check('ListTables', input, store.reader()) as {
    ExclusiveStartTableName?: string;
    Limit?: number;
  };
  const names = [...store.tables.keys()].filter((name) => name > after).sort();
  const TableNames = names.slice(0, Limit);
  return { TableNames, ...(names.length > Limit && { LastEvaluatedTableName: TableNames.at(-1) }) };
}

export function listTags(store: Store, input: Input): Input {
  const { ResourceArn } = check('ListTagsOfResource', input, store.reader()) as { ResourceArn: string };
  const name = ResourceArn.split('/').pop() ?? '';
  if (!store.tables.has(name)) throw tableNotFound(name);
  const prefix = tagPrefix(name);
  return {
    Tags: Array.from(store.rows.list(within(prefix)), ([key, Value]) => ({ Key: key.slice(prefix.length), Value })),
  };
}
