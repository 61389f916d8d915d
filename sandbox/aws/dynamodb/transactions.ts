import { createHash } from 'node:crypto';
import { AwsError, shortName } from '../aws-error.ts';
import { tableNotFound } from './action-store.ts';
import { asAwsError, engine, type Input, type Item, perform, prepare, validationError } from './dynalite.ts';
import { type ItemOperation, planWrite, prepareWrite, storedKey, type Write } from './items.ts';
import type { Plan } from './plan.ts';
import { alreadyDone } from './request-tokens.ts';
import type { Store } from './store.ts';

const ITEM_LIMIT = 100;
const OPERATIONS: Record<string, ItemOperation> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  // A delete that is never carried out: same parameters, same condition.
  ConditionCheck: 'DeleteItem',
};

interface Step extends Write {
  isCheckOnly: boolean;
}

type Reason = { Code: string; Message?: string; Item?: Item };

/** All writes or none; the request's token is written with them, so a repeat after a crash is still a repeat. */
export function transactWriteItems(store: Store, input: Input): Promise<Input> {
  const { TransactItems: items, ClientRequestToken: token, ...rest } = input;
  refuseOthers('TransactWriteItems', rest);
  const digest = createHash('sha256').update(JSON.stringify(items)).digest('hex');
  const steps = readSteps(store, items);

  return store.write(async (plan) => {
    if (typeof token === 'string' && alreadyDone(store, plan, token, digest)) return {};
    checkKeys(store, steps);
    const reasons: Reason[] = [];
    for (const step of steps) reasons.push(await planStep(store, plan, step));
    if (reasons.some((reason) => reason.Code !== 'None')) throw cancelled(reasons);
    return {};
  });
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

async function planStep(store: Store, plan: Plan, step: Step): Promise<Reason> {
  try {
    await planWrite(store, step.isCheckOnly ? { entries: [] } : plan, step);
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (shortName(error.type) !== 'ConditionalCheckFailedException') {
      return { Code: 'ValidationError', Message: error.message };
    }
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.details };
  }
}

/** Refuses bad keys and two writes to one item before any condition is looked at: they cancel nothing, they are errors. */
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

/** Reads between two writes, so that it sees all of a transaction or nothing of it. */
export function transactGetItems(store: Store, input: Input): Promise<Input> {
  const { TransactItems: items, ...rest } = input;
  refuseOthers('TransactGetItems', rest);
  if (!Array.isArray(items) || items.length < 1 || items.length > ITEM_LIMIT) {
    throw validationError(`TransactItems must have between 1 and ${ITEM_LIMIT} members`);
  }
  return store.write(async () => {
    const responses = items.map(async ({ Get }: { Get: Input }) => {
      const prepared = prepare('GetItem', { ...Get }, store.writer({ entries: [] }));
      const { Item: item } = await perform('GetItem', prepared, store.reader);
      return item ? { Item: item } : {};
    });
    return { Responses: await Promise.all(responses) };
  });
}

function refuseOthers(operation: string, rest: Input): void {
  const unknown = Object.keys(rest).find((key) => rest[key] != null && rest[key] !== 'NONE');
  if (unknown) throw validationError(`The local emulator does not support ${unknown} of ${operation}.`);
}
