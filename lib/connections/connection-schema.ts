import * as z from '#lib/platform/zod';

/** One account at one marketplace, without its secrets. The marketplace's own schema checks its settings. */
export const Connection = z.object({
  id: z.string(),
  marketplace: z.string(),
  baseUrl: z.string(),
  settings: z.record(z.string(), z.unknown()),
  pollIntervalSeconds: z.number(),
  requestsPerMinute: z.number(),
});
export type Connection = z.infer<typeof Connection>;

/** What a route may ask for, in any case: a shipping method by its code or its name. */
const word = z.optional(z.string());
export const Match = z.object({ country: word, skuPrefix: word, market: word, method: word });

/** Which lines of an order go where: every condition has to hold, and without conditions any line matches. */
export const Route = z.object({ from: z.string(), match: z.optional(Match), to: z.string() });
export type Route = z.infer<typeof Route>;

/** A connection that the connections file no longer has: its open work waits until it comes back, or is closed. */
export const RemovedConnection = z.object({ id: z.string(), marketplace: z.string(), removedAt: z.iso.datetime() });
export type RemovedConnection = z.infer<typeof RemovedConnection>;
