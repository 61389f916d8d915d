import { validationError } from '../aws-error.ts';
import { type Charge, writeUnits } from './capacity.ts';
import { type BatchEntry, engine, type Index, type Item, type Table } from './dynalite.ts';
import { expiresAt, expiryKey } from './expiry.ts';
import { indexPrefix, itemPrefix } from './key-space.ts';
import { recordOf, type Told } from './stream.ts';

/** The writes of one request, collected until all or none of them are made. */
export interface Plan {
  entries: BatchEntry[];
  /** What they cost, if the request asks for that. */
  charges?: Charge[] | undefined;
  /** Their records for the tables' streams. */
  told: Told[];
}

interface Change {
  /** The item's key in its table's key space. */
  key: string;
  before: Item | undefined;
  after: Item | undefined;
}

/** Plans the new state of one item (`undefined`: gone) with its index entries and its expiry. */
export function planItem(plan: Plan, timeToLive: ReadonlyMap<string, string>, table: Table, change: Change): void {
  const { key, before, after } = change;
  const itemKey = itemPrefix(table.TableName) + key;
  if (after) refuseEmptyIndexKeys(table, after);
  // JSON, made once for item, stream and comparison: objects compare unequal, as their prototypes differ by operation.
  const [was, is] = [before, after].map((item) => item && JSON.stringify(item));
  plan.entries.push(is ? { type: 'put', key: itemKey, json: is } : { type: 'del', key: itemKey });
  const indexes = (['Local', 'Global'] as const).flatMap((type) =>
    (table[`${type}SecondaryIndexes`] ?? []).map((index) => ({
      name: index.IndexName,
      isLocal: type === 'Local',
      units: planIndex(plan, table, { type, index }, change),
    })),
  );
  if (plan.charges) {
    const sizes = [before, after].map((item) => (item ? engine.itemSize(item) : 0));
    const units = writeUnits(Math.max(...sizes));
    plan.charges.push({ table: table.TableName, units, indexes: indexes.filter(({ units }) => units > 0) });
  }
  planExpiry(plan, timeToLive.get(table.TableName), table, change);
  const item = after ?? before;
  if (item) plan.told.push(...recordOf(table, item, was, is));
}

/** Plans an index's part of a change and returns its write units. An entry that moves is deleted and put. */
function planIndex(
  plan: Plan,
  table: Table,
  { type, index }: { type: 'Local' | 'Global'; index: Index },
  { before, after }: Change,
): number {
  const old = entryOf(table, index, before);
  const next = entryOf(table, index, after);
  const prefix = indexPrefix(type, table.TableName, index.IndexName);
  if (old && next && old.key === next.key) {
    const json = JSON.stringify(next.item);
    if (JSON.stringify(old.item) === json) return 0;
    plan.entries.push({ type: 'put', key: prefix + next.key, json });
    return plan.charges ? writeUnits(Math.max(engine.itemSize(old.item), engine.itemSize(next.item))) : 0;
  }
  if (old) plan.entries.push({ type: 'del', key: prefix + old.key });
  if (next) plan.entries.push({ type: 'put', key: prefix + next.key, value: next.item });
  if (!plan.charges) return 0;
  return [old, next].reduce((units, entry) => units + (entry ? writeUnits(engine.itemSize(entry.item)) : 0), 0);
}

/** What an index keeps of an item; undefined if the item lacks the index's keys. */
function entryOf(table: Table, { KeySchema, Projection }: Index, item: Item | undefined) {
  if (!item || KeySchema.some(({ AttributeName: name }) => item[name] == null)) return undefined;
  const key = engine.createIndexKey(item, table, KeySchema);
  if (Projection.ProjectionType === 'ALL') return { key, item };
  const keys = [...KeySchema, ...table.KeySchema].map(({ AttributeName: name }) => name);
  const projected: Item = {};
  for (const name of [...keys, ...(Projection.NonKeyAttributes ?? [])]) {
    const value = item[name];
    if (value !== undefined) projected[name] = value;
  }
  return { key, item: projected };
}

function planExpiry(plan: Plan, attribute: string | undefined, table: Table, { key, before, after }: Change): void {
  if (!attribute) return;
  const [due, newDue] = [expiresAt(before, attribute), expiresAt(after, attribute)];
  if (due === newDue) return;
  if (due !== undefined) plan.entries.push({ type: 'del', key: expiryKey(table.TableName, due, key) });
  if (newDue !== undefined)
    plan.entries.push({ type: 'put', key: expiryKey(table.TableName, newDue, key), value: key });
}

function refuseEmptyIndexKeys(table: Table, item: Item): void {
  engine.traverseIndexes(table, (attribute, _type, index) => {
    const value = item[attribute];
    if (value?.S !== '' && value?.B !== '') return undefined;
    throw validationError(
      'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
        'The AttributeValue for a key attribute cannot contain an empty string value. ' +
        `IndexName: ${index.IndexName}, IndexKey: ${attribute}`,
    );
  });
}
