import { AwsError, shortName, validationError } from '../aws-error.ts';
import { engine, type Input, type Item, type Table } from './dynalite.ts';
import { itemPrefix } from './key-space.ts';
import { perform } from './operations.ts';
import type { Plan } from './plan.ts';
import { prepare } from './prepare.ts';
import type { Store } from './store.ts';

export type ItemOperation = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A checked write, its expressions parsed. */
export interface Write {
  operation: ItemOperation;
  prepared: Input;
  /** `ReturnValuesOnConditionCheckFailure`: a failed condition answers with the item. */
  showsItem: boolean;
}

export function prepareWrite(store: Store, operation: ItemOperation, input: Input): Write {
  const { ReturnValuesOnConditionCheckFailure: wanted, ...rest } = input;
  if (wanted != null && wanted !== 'ALL_OLD' && wanted !== 'NONE') {
    throw validationError('ReturnValuesOnConditionCheckFailure can only be ALL_OLD or NONE');
  }
  const prepared = prepare(operation, rest, store.reader());
  return { operation, prepared, showsItem: wanted === 'ALL_OLD' };
}

/** Plans a write, or throws without having planned anything. */
export function planWrite(store: Store, plan: Plan, { operation, prepared, showsItem }: Write): Input {
  try {
    return perform(operation, prepared, store.writer(plan));
  } catch (error) {
    const failed = error instanceof AwsError && shortName(error.type) === 'ConditionalCheckFailedException';
    const item = failed && showsItem ? readItem(store, prepared) : undefined;
    throw item && failed ? new AwsError(error.type, error.message, { details: { Item: item } }) : error;
  }
}

/** The key in the store of the item that a prepared write concerns. */
export function storedKey(table: Table, prepared: Input): string {
  return itemPrefix(table.TableName) + engine.createKey((prepared.Key ?? prepared.Item) as Item, table);
}

/** The present item that a prepared write concerns. */
export function readItem(store: Store, prepared: Input): Item | undefined {
  const table = store.tables.get(String(prepared.TableName));
  return table && (store.rows.get(storedKey(table, prepared)) as Item | undefined);
}
