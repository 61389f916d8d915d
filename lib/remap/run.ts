import { randomUUID } from 'node:crypto';
import { getNetwork } from '#lib/marketplaces/network';
import { eachCandidate, encodePosition, type RemapFilter } from './candidates.ts';
import { putNewRemap, putRemap, type RemapRecord } from './record.ts';
import { remapEvent } from './remap-event.ts';
import { remapOrder } from './remap-order.ts';
import type { Outcome } from './remap-schema.ts';

export interface RemapRequest {
  filter: RemapFilter;
  /** Null: only show what would change. */
  author: { by: string; reason: string | null } | null;
  /** The record of the requests before, of which this one is the next. */
  record?: RemapRecord | undefined;
  limit: number;
  /** Where the request before ended. */
  after?: string | undefined;
  /** As `Date.now()`: no further event is begun. */
  deadline: number;
}

export interface RemapResult {
  remapId: string | null;
  examined: number;
  /** Of these, those that the present mapper reads as they stand. */
  unchanged: number;
  outcomes: Outcome[];
  cursor?: string;
}

/** Lambda answers with 6 MB at most. */
const MAX_BYTES = 3_000_000;

/** Runs kept raw bodies through the present mapper, a bounded number of them. */
export async function remap({ filter, author, record, limit, after, deadline }: RemapRequest): Promise<RemapResult> {
  const network = await getNetwork();
  const at = new Date().toISOString();
  const begun = author && (record ?? { id: `rmp_${randomUUID()}`, at, ...author, filter, examined: 0, applied: 0 });
  const remapped = begun && { id: begun.id, at, by: begun.by, reason: begun.reason };
  const result: RemapResult = { remapId: begun?.id ?? null, examined: 0, unchanged: 0, outcomes: [] };
  // From before the first change, so that one that was cut off is on record too.
  if (begun && !record) await putNewRemap(begun);
  let position: string | undefined;
  let size = 0;
  for await (const [candidate, behind] of eachCandidate(filter, after)) {
    if (position !== undefined && (result.examined >= limit || size > MAX_BYTES || Date.now() > deadline)) {
      result.cursor = encodePosition(position);
      break;
    }
    const outcome =
      'event' in candidate
        ? await remapEvent(candidate.event, network, remapped)
        : await remapOrder(candidate.order, network, remapped);
    result.examined += 1;
    if (outcome) result.outcomes.push(outcome);
    else result.unchanged += 1;
    size += Buffer.byteLength(JSON.stringify(outcome ?? null));
    position = behind;
  }
  if (begun) await putRemap(addTo(begun, result));
  return result;
}

const addTo = (record: RemapRecord, { examined, outcomes }: RemapResult): RemapRecord => ({
  ...record,
  examined: record.examined + examined,
  applied: record.applied + outcomes.filter(({ applied }) => applied).length,
});
