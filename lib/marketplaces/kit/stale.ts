import type { OpenPlacement } from '#lib/orders/placements';
import type { Fetched } from '../action.ts';
import type { Change } from '../contract.ts';
import { member, textOf } from './json.ts';

/** The age at which a placement that has not ended is asked for no more. */
const MAX_AGE_MS = 90 * 24 * 3600_000;

/** The topic by which a poll reports a placement that it no longer asks for. */
export const STALE = 'stale';

export const isStale = ({ placedAt }: OpenPlacement, now: Date): boolean =>
  now.getTime() - Date.parse(placedAt) > MAX_AGE_MS;

export const staleItem = ({ orderId, number, placedAt }: OpenPlacement): Fetched => ({
  topic: STALE,
  body: { orderId, number, placedAt },
});

export function mapStale(body: unknown): Change {
  const of = (key: string): string => textOf(member(body, key));
  return { type: 'stale', orderId: of('orderId'), number: of('number'), since: of('placedAt') };
}
