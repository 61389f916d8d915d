import { AwsError, shortName } from '../aws-error.ts';
import { engine, type Input, type Item, perform, prepare, type Table, validationError } from './dynalite.ts';
import { itemPrefix } from './key-space.ts';
import type { Plan } from './plan.ts';
import type { Store } from './store.ts';

export type ItemOperation = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A checked write, its expressions parsed. */
export interface Write {
  operation: ItemOperation;
  prepared: Input;
  /** A failed condition carries the item. */
  showsItem: boolean;
}

/** PutItem, UpdateItem or DeleteItem on its own. */
export function writeItem(store: Store, operation: ItemOperation, input: Input): Promise<Input> {
  const write = prepareWrite(store, operation, input);
  return store.write((plan) => planWrite(store, plan, write));
}

export function prepareWrite(store: Store, operation: ItemOperation, input: Input): Write {
  const { ReturnValuesOnConditionCheckFailure: wanted, ...rest } = input;
  if (wanted != null && wanted !== 'ALL_OLD' && wanted !== 'NONE') {
    throw validationError('ReturnValuesOnConditionCheckFailure can only be ALL_OLD or NONE');
  }
  const prepared = prepare(operation, rest, store.writer({ entries: [] }));
  return { operation, prepared, showsItem: wanted === 'ALL_OLD' };
}

/** Plans a write, or throws without having planned anything. */
export async function planWrite(store: Store, plan: Plan, { operation, prepared, showsItem }: Write): Promise<Input> {
  try {
    return await perform(operation, prepared, (fail) => store.writer(plan, fail));
  } catch (error) {
    const failed = error instanceof AwsError && shortName(error.type) === 'ConditionalCheckFailedException';
    const item = failed && showsItem ? readItem(store, prepared) : undefined;
    throw item && failed ? new AwsError(error.type, error.message, { details: { Item: item } }) : error;
  }
}

/** The key in the store of the item that a prepared write is about. */
export function storedKey(table: Table, prepared: Input): string {
  return itemPrefix(table.TableName) + engine.createKey((prepared.Key ?? prepared.Item) as Item, table);
}

function readItem(store: Store, prepared: Input): Item | undefined {
  const table = store.tables.get(String(prepared.TableName));
  return table && (store.level.getSync(storedKey(table, prepared)) as Item | undefined);
}
