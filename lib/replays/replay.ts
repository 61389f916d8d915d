import type { Delivery, DeliveryState } from '#lib/deliveries/delivery';
import type { DeliveryFilter } from '#lib/deliveries/list';

/** `interrupted`: a dead-letter queue's replay that was cut off; ask again for the rest. */
export const REPLAY_STATES = ['collecting', 'running', 'finished', 'cancelled', 'relapsed', 'interrupted'] as const;
export type ReplayState = (typeof REPLAY_STATES)[number];

/** A canary's stages: 1 member, then 10, then the rest. */
export const STAGES = ['one', 'ten', 'rest'] as const;
export type Stage = (typeof STAGES)[number];

export interface ReplaySettings {
  by: string;
  reason: string | null;
  /** How many fall due each minute. */
  perMinute: number;
  /** Whether a member that fails again stops it. */
  canary: boolean;
}

/** What an operator decided about a replay, the last time. */
export interface Word {
  by: string;
  reason: string | null;
  at: string;
}

/** One asking of an operator: many deliveries by filter, a single one, or a dead-letter queue. */
export interface Replay extends ReplaySettings {
  id: string;
  filter: DeliveryFilter | null;
  delivery: string | null;
  queue: string | null;
  createdAt: string;
  updatedAt: string;
  /** When nothing of it was left to do or to wait for. */
  endedAt: string | null;
  state: ReplayState;
  /** What of the filter has yet to be searched; null once all members are known. */
  collect: { states: Array<DeliveryState | null>; cursor: string | null } | null;
  stage: Stage | null;
  /** How many releases in all fill the stage. */
  stageEnds: number | null;
  /** Before this instant no further member falls due. */
  paceAt: string;
  matched: number;
  /** Members that have settled, by how. */
  succeeded: number;
  dead: number;
  blocked: number;
  relapse: { delivery: string; state: DeliveryState; cause: Delivery['cause'] } | null;
  cancelled: Word | null;
  resumed: Word | null;
  revision: number;
}

/** What a delivery was before its release, to be restored when a replay that stops takes it back. */
export type Before = Pick<
  Delivery,
  | 'state'
  | 'cause'
  | 'waitsFor'
  | 'updatedAt'
  | 'nextAttemptAt'
  | 'attemptCount'
  | 'failures'
  | 'unknown'
  | 'throttledSince'
  | 'deadLettered'
>;

/** A delivery as part of a replay, an item of its own: waiting → open → done. */
export interface Member {
  delivery: string;
  createdAt: string;
  shipBy?: string;
  /** Its state when it was matched. */
  was: DeliveryState;
  /** Absent while it is open but in a worker's hands. */
  releasedAt?: string;
  before?: Before;
  outcome?: DeliveryState;
}

export const settledOf = ({ succeeded, dead, blocked }: Replay): number => succeeded + dead + blocked;

export const isStopped = ({ state }: Replay): boolean => state === 'cancelled' || state === 'relapsed';
