import { Cause, DeliveryFilter, DeliveryState } from '#lib/deliveries/delivery-schema';
import { Decision } from '#lib/platform/decision';
import * as z from '#lib/platform/zod';

/** `interrupted`: a dead-letter queue's replay that was cut off; ask again for the rest. */
const ReplayState = z.enum(['collecting', 'running', 'finished', 'cancelled', 'relapsed', 'interrupted']);

/** A canary's stages: 1 member, then 10, then the rest. */
export const Stage = z.enum(['one', 'ten', 'rest']);
export type Stage = z.infer<typeof Stage>;

/** What a replay would ask of a remote. */
export const Call = z.object({
  marketplace: z.string(),
  connection: z.string(),
  action: z.string(),
  count: z.int(),
  probedFirst: z.int(),
});
export type Call = z.infer<typeof Call>;

/** What the API shows of a replay just as it is stored. Instants are ISO 8601 in UTC. */
export const ReplayFacts = z.object({
  id: z.string(),
  by: z.string(),
  reason: z.nullable(z.string()),
  state: ReplayState,
  // In OpenAPI a nullable reference would still promise an object.
  filter: z.union([DeliveryFilter, z.null()]),
  delivery: z.nullable(z.string()),
  queue: z.nullable(z.string()),
  /** How many fall due each minute. */
  perMinute: z.int(),
  /** Whether a member that fails again stops it. */
  canary: z.boolean(),
  stage: z.nullable(Stage),
  matched: z.int(),
  /** Members that have settled, by outcome. */
  succeeded: z.int(),
  dead: z.int(),
  blocked: z.int(),
  relapse: z.nullable(z.object({ delivery: z.string(), state: DeliveryState, cause: z.nullable(Cause) })),
  /** What an operator last decided about it. */
  cancelled: z.nullable(Decision),
  resumed: z.nullable(Decision),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** When nothing was left to do or to wait for. */
  endedAt: z.nullable(z.iso.datetime()),
});
