import type { ErrorDetail } from '#lib/platform/errors';
import type { Change } from './diff.ts';

export const OUTCOMES = ['created', 'changed', 'read', 'unreadable', 'conflict', 'missing'] as const;

/** What the present mapper makes of one event: what would come of it, or, once `applied`, what has. */
export interface Outcome {
  event: string;
  order: string | null;
  receivedAt: string | null;
  was: 'applied' | 'unreadable';
  /**
   * `created`, `changed`: an order. `read`: it can be read and changes no order by itself. `unreadable`: it cannot be
   * read. `conflict`: a person must decide. `missing`: its body is no longer kept.
   */
  outcome: (typeof OUTCOMES)[number];
  /** What it means now: an order, a shipment, something to fetch … */
  reads: string | null;
  applied: boolean;
  changes: readonly Change[];
  /** Deliveries that the order does not have yet. */
  deliveries: ReadonlyArray<{ action: string; connection: string }>;
  /** What a person has to see to: a quantity that is with whoever ships, and another now. */
  note: string | null;
  error: Pick<ErrorDetail, 'code' | 'description' | 'field'> | null;
}
