import {
  type BatchEntry,
  engine,
  type Item,
  type Level,
  longIndexKey,
  type Table,
  validationError,
} from './dynalite.ts';
import { expiresAt, expiryKey } from './expiry.ts';
import { indexPrefix, itemPrefix } from './key-space.ts';

/** The writes of one request, kept until they can be written as one LevelDB batch: all of them or none. */
export interface Plan {
  entries: BatchEntry[];
}

/** What a plan needs to know of the store. */
export interface PlanContext {
  level: Level;
  timeToLive: ReadonlyMap<string, string>;
}

/** Plans the new state of one item (`undefined`: gone) with its index entries and its expiry. */
export function planItem(plan: Plan, context: PlanContext, table: Table, key: string, after: Item | undefined): void {
  const { level, timeToLive } = context;
  const itemKey = itemPrefix(table.TableName) + key;
  const before = level.getSync(itemKey) as Item | undefined;
  if (after) refuseEmptyIndexKeys(table, after);
  plan.entries.push(after ? { type: 'put', key: itemKey, value: after } : { type: 'del', key: itemKey });

  for (const type of ['Local', 'Global'] as const) {
    const { puts, deletes } = engine.getIndexActions(table[`${type}SecondaryIndexes`] ?? [], before, after, table);
    for (const entry of deletes) {
      const prefix = indexPrefix(type, table.TableName, entry.index);
      plan.entries.push({ type: 'del', key: prefix + longIndexKey(entry.key, key) });
    }
    for (const entry of puts) {
      const prefix = indexPrefix(type, table.TableName, entry.index);
      plan.entries.push({ type: 'put', key: prefix + longIndexKey(entry.key, key), value: entry.item });
    }
  }

  const attribute = timeToLive.get(table.TableName);
  if (!attribute) return;
  const [due, newDue] = [expiresAt(before, attribute), expiresAt(after, attribute)];
  if (due !== undefined && due !== newDue) {
    plan.entries.push({ type: 'del', key: expiryKey(table.TableName, due, key) });
  }
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
