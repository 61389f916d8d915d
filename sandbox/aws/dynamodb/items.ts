import { AwsError, shortName } from '../aws-error.ts';
import { engine, type Input, type Item, perform, prepare, validationError } from './dynalite.ts';
import { itemPrefix } from './key-space.ts';
import type { Plan } from './plan.ts';
import type { Store } from './store.ts';

export type ItemOperation = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** PutItem, UpdateItem or DeleteItem on its own. */
export function writeItem(store: Store, operation: ItemOperation, input: Input): Promise<Input> {
  return store.write((plan) => planWrite(store, plan, operation, input));
}

/** Plans one of the three; a failed condition carries the item if `ReturnValuesOnConditionCheckFailure` asks for it. */
export async function planWrite(store: Store, plan: Plan, operation: ItemOperation, input: Input): Promise<Input> {
  const { ReturnValuesOnConditionCheckFailure: wanted, ...rest } = input;
  if (wanted != null && wanted !== 'ALL_OLD' && wanted !== 'NONE') {
    throw validationError('ReturnValuesOnConditionCheckFailure can only be ALL_OLD or NONE');
  }
  const prepared = prepare(operation, rest, store.writer(plan));
  try {
    return await perform(operation, prepared, (fail) => store.writer(plan, fail));
  } catch (error) {
    const failed = error instanceof AwsError && shortName(error.type) === 'ConditionalCheckFailedException';
    const item = failed && wanted === 'ALL_OLD' ? readItem(store, prepared) : undefined;
    throw item && failed ? new AwsError(error.type, error.message, { details: { Item: item } }) : error;
  }
}

/** The key in the store of the item that a prepared write is about. */
export function storedKey(store: Store, prepared: Input): string {
  const table = store.tables.get(String(prepared.TableName));
  const item = (prepared.Key ?? prepared.Item) as Item;
  if (!table) throw new Error(`no table ${prepared.TableName}`);
  return itemPrefix(table.TableName) + engine.createKey(item, table);
}

export function readItem(store: Store, prepared: Input): Item | undefined {
  return store.level.getSync(storedKey(store, prepared)) as Item | undefined;
}
