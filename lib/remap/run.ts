import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { db, type Item } from '#lib/aws/table';
import { getConfiguration } from '#lib/connections/store';
import type { Remapped } from '#lib/inbound/event';
import { tableName } from '#lib/settings';
import { eachCandidate, encodePosition, type RemapFilter } from './candidates.ts';
import type { Outcome } from './outcome.ts';
import { remapEvent } from './remap-event.ts';
import { remapOrder } from './remap-order.ts';

export interface RemapRequest {
  filter: RemapFilter;
  /** Null: only show what would change. */
  author: { by: string; reason: string | null } | null;
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

/** Runs kept raw bodies through the present mapper, a bounded number of them. */
export async function remap({ filter, author, limit, after, deadline }: RemapRequest): Promise<RemapResult> {
  const configuration = await getConfiguration();
  const remapped = author && { id: `rmp_${randomUUID()}`, at: new Date().toISOString(), ...author };
  const result: RemapResult = { remapId: remapped?.id ?? null, examined: 0, unchanged: 0, outcomes: [] };
  if (remapped) await record(remapped, filter, result);
  let position: string | undefined;
  for await (const [candidate, behind] of eachCandidate(filter, after)) {
    if (position !== undefined && (result.examined >= limit || Date.now() > deadline)) {
      result.cursor = encodePosition(position);
      break;
    }
    const outcome =
      'event' in candidate
        ? await remapEvent(candidate.event, configuration, remapped)
        : await remapOrder(candidate.order, configuration, remapped);
    result.examined += 1;
    if (outcome) result.outcomes.push(outcome);
    else result.unchanged += 1;
    position = behind;
  }
  if (remapped) await record(remapped, filter, result);
  return result;
}

/** Who remapped what and why: from before the first change, so that one that was cut off is on record too. */
async function record(remapped: Remapped, filter: RemapFilter, { examined, outcomes }: RemapResult): Promise<void> {
  const applied = outcomes.filter((outcome) => outcome.applied).length;
  const item: Item<Remapped & { filter: RemapFilter; examined: number; applied: number }> = {
    ...{ ...remapped, filter, examined, applied },
    ...{ pk: `REMAP#${remapped.id}`, sk: 'REMAP', timePk: 'REMAP', timeSk: `${remapped.at}#${remapped.id}` },
  };
  await db.send(new PutCommand({ TableName: tableName(), Item: item }));
}
