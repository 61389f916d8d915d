import { hash } from 'node:crypto';
import { AwsError, shortName, validationError } from '../aws-error.ts';
import { tableNotFound } from './action-store.ts';
import { type Charge, describeCapacity, readUnits, wantedCapacity, writeUnits } from './capacity.ts';
import { asAwsError, engine, type Input, type Item } from './dynalite.ts';
import { type ItemOperation, planWrite, prepareWrite, readItem, storedKey, type Write } from './items.ts';
import { perform } from './operations.ts';
import type { Plan } from './plan.ts';
import { prepare } from './prepare.ts';
import { alreadyDone } from './request-tokens.ts';
import type { Store } from './store.ts';

const ITEM_LIMIT = 100;
const OPERATIONS: Record<string, ItemOperation> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  // A condition check has the parameters of a delete; only its condition is used.
  ConditionCheck: 'DeleteItem',
};

interface Step extends Write {
  isCheckOnly: boolean;
}

type Reason = { Code: string; Message?: string; Item?: Item };

/** A transaction reads or writes every item twice, its indexes once. */
const ROUNDS = 2;

/** All writes or none; the request's token is written with them, so a repeat after a crash is still a repeat. */
export function transactWriteItems(store: Store, input: Input): Input {
  const { TransactItems: items, ClientRequestToken: token, ReturnConsumedCapacity: _, ...rest } = input;
  refuseOthers('TransactWriteItems', rest);
  const wanted = wantedCapacity(input);
  const digest = hash('sha256', JSON.stringify(items));
  const steps = readSteps(store, items);
  const charges: Charge[] | undefined = wanted && [];

  return store.write((plan) => {
    if (typeof token === 'string' && alreadyDone(store, plan, token, digest)) {
      const read = steps.map((step) => readCharge(store, step.prepared));
      return wanted ? { ConsumedCapacity: describeCapacity(read, wanted, 'Read') } : {};
    }
    checkKeys(store, steps);
    const reasons = steps.map((step) => planStep(store, plan, step));
    if (reasons.some((reason) => reason.Code !== 'None')) throw cancelled(reasons);
    if (!wanted || !charges) return {};
    const doubled = charges.map((charge) => ({ ...charge, units: charge.units * ROUNDS }));
    return { ConsumedCapacity: describeCapacity(doubled, wanted, 'Write') };
  }, charges);
}

function readCharge(store: Store, prepared: Input): Charge {
  const item = readItem(store, prepared);
  const units = readUnits(item ? engine.itemSize(item) : 0, true) * ROUNDS;
  return { table: String(prepared.TableName), units, indexes: [] };
}

function readSteps(store: Store, items: unknown): Step[] {
  if (!Array.isArray(items) || items.length < 1 || items.length > ITEM_LIMIT) {
    throw validationError(
      "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: " +
        `Member must have length less than or equal to ${ITEM_LIMIT} and greater than or equal to 1`,
    );
  }
  return items.map((item: Record<string, Input>) => {
    const [[kind, input] = [], more] = Object.entries(item);
    const operation = kind && OPERATIONS[kind];
    if (!kind || !input || !operation || more) {
      throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    if (kind === 'ConditionCheck' && !input.ConditionExpression) {
      throw validationError('ConditionCheck needs a ConditionExpression');
    }
    return { ...prepareWrite(store, operation, input), isCheckOnly: kind === 'ConditionCheck' };
  });
}

function planStep(store: Store, plan: Plan, step: Step): Reason {
  try {
    planWrite(store, step.isCheckOnly ? { entries: [], told: [] } : plan, step);
    // A condition check is billed like a write.
    if (step.isCheckOnly && plan.charges) {
      const item = readItem(store, step.prepared);
      const units = writeUnits(item ? engine.itemSize(item) : 0);
      plan.charges.push({ table: String(step.prepared.TableName), units, indexes: [] });
    }
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (shortName(error.type) !== 'ConditionalCheckFailedException') {
      return { Code: 'ValidationError', Message: error.message };
    }
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.details };
  }
}

/** Refuses bad keys and two writes to one item as a ValidationException, before any condition is evaluated. */
function checkKeys(store: Store, steps: Step[]): void {
  const seen = new Set<string>();
  for (const { prepared } of steps) {
    const table = store.tables.get(String(prepared.TableName));
    if (!table) throw tableNotFound(String(prepared.TableName));
    const invalid = prepared.Item
      ? engine.validateItem(prepared.Item as Item, table)
      : engine.validateKey(prepared.Key as Item, table);
    if (invalid) throw asAwsError(invalid);
    const key = storedKey(table, prepared);
    if (seen.has(key)) throw validationError('Transaction request cannot include multiple operations on one item');
    seen.add(key);
  }
}

function cancelled(reasons: Reason[]): AwsError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new AwsError(
    'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { details: { CancellationReasons: reasons } },
  );
}

/** Reads in one step, so that it sees all or nothing of a transaction. */
export function transactGetItems(store: Store, input: Input): Input {
  const { TransactItems: items, ReturnConsumedCapacity: _, ...rest } = input;
  refuseOthers('TransactGetItems', rest);
  const wanted = wantedCapacity(input);
  if (!Array.isArray(items) || items.length < 1 || items.length > ITEM_LIMIT) {
    throw validationError(`TransactItems must have between 1 and ${ITEM_LIMIT} members`);
  }
  const reader = store.reader();
  const prepared = items.map(({ Get }: { Get: Input }) => prepare('GetItem', { ...Get }, reader));
  const Responses = prepared.map((get) => {
    const { Item: item } = perform('GetItem', get, reader);
    return item ? { Item: item } : {};
  });
  if (!wanted) return { Responses };
  const read = prepared.map((get) => readCharge(store, get));
  return { Responses, ConsumedCapacity: describeCapacity(read, wanted, 'Read') };
}

function refuseOthers(operation: string, rest: Input): void {
  const unknown = Object.keys(rest).find((key) => rest[key] != null && rest[key] !== 'NONE');
  if (unknown) throw validationError(`The local emulator does not support ${unknown} of ${operation}.`);
}
