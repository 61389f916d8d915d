import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { validationError } from '../aws-error.ts';
import { type ActionStore, asAwsError, type Callback, engine, type Input } from './dynalite.ts';
import { itemSize } from './item-size.ts';
import { walk } from './query-table.ts';

interface Validations {
  checkTypes(input: Input, types: Record<string, unknown>): Input;
  checkValidations(input: Input, types: Record<string, unknown>, custom: unknown, store: ActionStore): void;
  toLowerFirst(name: string): string;
}

type Action = (store: ActionStore, input: Input, callback: Callback<Input>) => void;

const require = createRequire(import.meta.url);
const validations: Validations = require('dynalite/validations');

// dynalite's own code calls these through the module's exports, so replacing them there changes it, too.

engine.itemSize = itemSize;

engine.hashPrefix = (key, type) => hash('md5', `${type}${engine.toRangeStr(key, type)}`).slice(0, 6);

engine.createKey = (item, table, schema = table.KeySchema) => {
  let key = '';
  engine.traverseKey(table, schema, (attribute, type, isHash) => {
    const value = item[attribute]?.[type];
    if (isHash) key = `${engine.hashPrefix(value, type)}/`;
    key += `${engine.toRangeStr(value, type)}/`;
  });
  return key;
};

// An index entry ends in the table's key, so that entries with equal index keys stay apart.
engine.createIndexKey = (item, table, schema) =>
  `${engine.createKey(item, table, schema)}/${engine.createKey(item, table)}`;

// `planItem` plans index entries together with their item.
engine.updateIndexes = (_store, _table, _before, _after, callback) => callback(null);

engine.queryTable = (store, table, data, range, isLocal, readsItems, startKeyNames, callback) =>
  callback(null, walk({ store, table, data, range, isLocal, readsItems, startKeyNames }));

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
export function check(name: string, input: Input, store: ActionStore): Input {
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

/** Runs a dynalite action on a checked input: a single step, as the store answers at once. */
export function perform(name: string, input: Input, store: ActionStore): Input {
  let answer: { error: Error | null; output: Input | undefined } | undefined;
  operation(name).action(store, input, (error, output) => {
    answer = { error, output };
  });
  if (!answer) throw new Error(`${name} did not answer at once`);
  if (answer.error) throw asAwsError(answer.error);
  return answer.output ?? {};
}
