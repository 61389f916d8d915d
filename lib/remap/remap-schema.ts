import { Problem } from '#lib/inbound/event-schema';
import { Decision } from '#lib/platform/decision';
import * as z from '#lib/platform/zod';

/** One member of an order that another reading changes; null where a reading has none. */
export const MemberChange = z.object({ member: z.string(), from: z.unknown(), to: z.unknown() });
export type MemberChange = z.infer<typeof MemberChange>;

/** What the present mapper makes of one event: what would come of it, or, once `applied`, what has. */
export const Outcome = z.object({
  event: z.string(),
  order: z.nullable(z.string()),
  receivedAt: z.nullable(z.iso.datetime()),
  was: z.enum(['applied', 'unreadable']),
  /**
   * `created`, `changed`: an order. `read`: it can be read and changes no order by itself. `unreadable`: it cannot be
   * read. `conflict`: a person must decide. `missing`: its body is no longer kept.
   */
  outcome: z.enum(['created', 'changed', 'read', 'unreadable', 'conflict', 'missing']),
  /** What it means now: an order, a shipment, something to fetch … */
  reads: z.nullable(z.string()),
  applied: z.boolean(),
  changes: z.array(MemberChange),
  /** Deliveries that the order does not have yet. */
  deliveries: z.array(z.object({ action: z.string(), connection: z.string() })),
  /** What a person has to see to: a quantity that is with whoever ships, and another now. */
  note: z.nullable(z.string()),
  error: z.nullable(Problem),
});
export type Outcome = z.infer<typeof Outcome>;

/** Who had what remapped and why, over all the requests that it took. */
export const RemapFacts = z.extend(Decision, { id: z.string(), examined: z.int(), applied: z.int() });
