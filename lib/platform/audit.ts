import { randomUUID } from 'node:crypto';
import type { Act } from './audit-schema.ts';
import * as items from './table/items.ts';
import { across, keysIn, listIndex, type PageAsked } from './table/sharded-index.ts';
import { db, expiryOf, put, transact, type Write } from './table/table.ts';

/** Records what a person does, in the transaction that does it. */
export function putAct({
  reason = null,
  ...done
}: Omit<Act, 'id' | 'reason'> & { reason?: string | null | undefined }): Write {
  const act: Act = { id: `act_${randomUUID()}`, reason, ...done };
  return put({
    ...act,
    ...items.act.key(act),
    ...keysIn(items.act.byTime, act),
    expiresAt: expiryOf(items.act, act.at),
  });
}

/** Records what a person did without changing anything, such as looking at masked data. */
export const recordAct = (
  act: Omit<Parameters<typeof putAct>[0], 'at' | 'detail'>,
  at = new Date().toISOString(),
): Promise<boolean> => transact([putAct({ ...act, at, detail: {} })]);

/** What people did at or after `since`, newest first. */
export const listActs = (page: PageAsked & { since?: string | undefined }, table = db) =>
  listIndex<Act>({ ...across(items.act.byTime), ...page }, table);
