import type { Connection } from '#lib/connections/connection';
import { db } from '#lib/platform/table/table';
import { type OrderSnapshot, orderId } from './order.ts';
import { findByPart } from './share-lines.ts';
import { getOrder } from './store.ts';

/** An order as a list of its sales channel shows it; version null where the channel does not date it. */
export interface Listed extends Pick<OrderSnapshot, 'externalId' | 'version'> {}

/** Whether our order, or the part of it, stands at what was listed or at something later: there is nothing to read then. */
export async function isKnown({ id }: Connection, { externalId, version }: Listed, table = db): Promise<boolean> {
  const { stands } = (await findHistory(orderId(id, externalId), externalId, table)) ?? {};
  if (!stands || version === null) return stands !== undefined;
  // A date of the channel's own comes after all that only the hub could date.
  return stands.clock !== 'hub' && stands.version >= version;
}

/** What the snapshots of an order add up to, also where it is a part of another. */
async function findHistory(id: string, externalId: string, table = db) {
  const order = await getOrder(id, table);
  if (order) return order.history;
  const whole = await findByPart(id, table);
  const { parts = {} } = (whole && (await getOrder(whole, table))) || {};
  return Object.hasOwn(parts, externalId) ? parts[externalId] : undefined;
}
