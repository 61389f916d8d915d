import type { Delivery, DeliveryState } from '#lib/deliveries/delivery';
import { getAttempts } from '#lib/deliveries/ledger';
import { db, type Table } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import type { ReplayFacts } from './replay-schema.ts';

export type ReplaySettings = Pick<Replay, 'by' | 'reason' | 'perMinute' | 'canary'>;

/** One request of an operator: many deliveries by filter, a single one, or a dead-letter queue. */
export interface Replay extends z.infer<typeof ReplayFacts> {
  /** What of the filter is yet to be searched; null once all members are known. */
  collect: { states: Array<DeliveryState | null>; cursor: string | null } | null;
  /** The number of releases at which the stage is full. */
  stageEnds: number | null;
  /** Before this instant no further member falls due. */
  paceAt: string;
  revision: number;
}

/** What a delivery was before its release, to be restored if a replay that stops takes it back. */
type Before = Awaited<ReturnType<typeof beforeOf>>;

/** The member's former state, without what a remote said: that stays in its attempt, where an erasure finds it. */
export async function beforeOf(delivery: Delivery, table = db) {
  const { state, waitsFor, updatedAt, nextAttemptAt, attemptCount, ...more } = delivery;
  const { failures, unknown, throttledSince, deadLettered } = more;
  const { description, ...known } = more.cause ?? {};
  const isSaid = description === (await lastWords(delivery, table));
  const cause = more.cause && { ...known, ...(!isSaid && { description }) };
  const met = { failures, unknown, throttledSince, deadLettered };
  return { state, cause, waitsFor, updatedAt, nextAttemptAt, attemptCount, ...met };
}

/** The delivery in its former state. */
export async function restored(delivery: Delivery, { cause, ...before }: Before, table = db): Promise<Delivery> {
  const said = { description: (await lastWords(delivery, table)) ?? '' };
  return { ...delivery, ...before, cause: cause && ({ ...said, ...cause } as Delivery['cause']) };
}

const lastWords = async (delivery: Delivery, table: Table): Promise<string | undefined> =>
  (await getAttempts(delivery, table)).at(-1)?.description;

/** A delivery as part of a replay, an item of its own: waiting → open → done. */
export interface Member {
  delivery: string;
  createdAt: string;
  shipBy?: string;
  /** Its state when it was matched. */
  was: DeliveryState;
  /** Absent while it is open but a worker has it. */
  releasedAt?: string;
  before?: Before;
  outcome?: DeliveryState;
}

export const settledOf = ({ succeeded, dead, blocked }: Replay): number => succeeded + dead + blocked;

export const isHalted = ({ state }: Replay): boolean => state === 'cancelled' || state === 'relapsed';
