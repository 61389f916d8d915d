import { type Input, perform, prepare, type Table, validationError } from './dynalite.ts';
import { allExpiries } from './expiry.ts';
import { TABLES, TIME_TO_LIVE } from './key-space.ts';
import type { Store } from './store.ts';

/**
 * CreateTable, UpdateTable, DeleteTable and tags. dynalite writes the passing state (CREATING, DELETING) at once and the
 * final one by a timer; here the final state is what is written, so that no crash leaves a table half made.
 */
export function changeTable(store: Store, operation: string, input: Input): Promise<Input> {
  if (input.GlobalSecondaryIndexUpdates) {
    throw validationError('The local emulator cannot add or remove indexes: start with a fresh data directory.');
  }
  return store.write(async (plan) => {
    const prepared = prepare(operation, withoutDefaults(input), store.writer(plan));
    const output = await perform(operation, prepared, (fail) => store.writer(plan, fail));
    const name = String(input.TableName);
    const entry = plan.entries.find(({ type, key }) => type === 'put' && key === TABLES + name);
    if (!entry) return output;

    if (operation === 'DeleteTable') {
      plan.entries.push({ type: 'del', key: TABLES + name }, { type: 'del', key: TIME_TO_LIVE + name });
      for await (const key of store.level.keys(allExpiries(name))) plan.entries.push({ type: 'del', key });
      store.tables.delete(name);
      store.timeToLive.delete(name);
      return output;
    }
    const table = activated(entry.value as Table);
    entry.value = table;
    store.tables.set(name, table);
    return operation === 'CreateTable' ? structuredClone(output) : output;
  });
}

/** Parameters that ask for nothing more than what a table has anyway. */
function withoutDefaults(input: Input): Input {
  const { StreamSpecification: stream, DeletionProtectionEnabled: isProtected, TableClass, ...rest } = input;
  if ((stream as { StreamEnabled?: boolean } | undefined)?.StreamEnabled) {
    throw validationError('The local emulator does not support streams.');
  }
  return {
    ...rest,
    ...(isProtected ? { DeletionProtectionEnabled: isProtected } : {}),
    ...(TableClass && TableClass !== 'STANDARD' ? { TableClass } : {}),
  };
}

function activated(table: Table): Table {
  const copy = structuredClone(table);
  copy.TableStatus = 'ACTIVE';
  for (const index of copy.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
  return copy;
}
