import type { Connection } from '#lib/connections/connection';
import { db } from '#lib/platform/table/table';
import { findWhole } from './find.ts';
import { type OrderSnapshot, orderId } from './order.ts';
import { historyWithin } from './split.ts';

/** An order as a list of its sales channel shows it; version null where the channel does not date it. */
export interface Listed extends Pick<OrderSnapshot, 'externalId' | 'version'> {}

/** Whether our order, or the part of it, already has what was listed or something later: then nothing need be read. */
export async function isKnown({ id }: Connection, { externalId, version }: Listed, table = db): Promise<boolean> {
  const order = await findWhole(orderId(id, externalId), table);
  const { stands } = (order && historyWithin(order, externalId)) ?? {};
  if (!stands || version === null) return stands !== undefined;
  // A date of the channel's own counts as later than any that the hub gave.
  return stands.clock !== 'hub' && stands.version >= version;
}
