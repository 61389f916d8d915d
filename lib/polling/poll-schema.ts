import * as z from '#lib/platform/zod';
import { Watched } from '#lib/webhooks/sync-schema';

/** An operator's request to read again what happened since then. Instants are ISO 8601 in UTC. */
export const Backfill = z.object({
  since: z.iso.datetime(),
  askedAt: z.iso.datetime(),
  by: z.string(),
  reason: z.nullable(z.string()),
});
export type Backfill = z.infer<typeof Backfill>;

/** How a connection's polls go, as the API shows it. */
export const PollFacts = z.object({
  lastPolledAt: z.nullable(z.iso.datetime()),
  nextPollAt: z.nullable(z.iso.datetime()),
  /** The code of the error that broke off the last poll. */
  lastError: z.nullable(z.string()),
  /** What the last poll found that a person should know; if it broke off, which member it could not read. */
  remark: z.nullable(z.string()),
  /** Whether the marketplace still calls the hub; null if it does not tell. */
  webhooks: z.nullable(Watched),
});
