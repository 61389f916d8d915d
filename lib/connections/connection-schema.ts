import * as z from '#lib/platform/zod';

/** One account at one marketplace, without its secrets. Settings are checked by the marketplace's own schema. */
export const Connection = z.object({
  id: z.string(),
  marketplace: z.string(),
  baseUrl: z.string(),
  settings: z.record(z.string(), z.unknown()),
  pollIntervalSeconds: z.number(),
  requestsPerMinute: z.number(),
});
export type Connection = z.infer<typeof Connection>;

/** What a route may ask for, in any case: the way of shipping by its code or its name. */
const word = z.optional(z.string());
export const Match = z.object({ country: word, skuPrefix: word, market: word, method: word });

/** Which lines of an order go where; every match has to hold, none is any line. */
export const Route = z.object({
  from: z.string(),
  match: z.optional(Match),
  to: z.string(),
});
export type Route = z.infer<typeof Route>;

/** A connection that the connections file no longer has: what is left of it waits until it comes back, or is closed. */
export const RemovedConnection = z.object({ id: z.string(), marketplace: z.string(), removedAt: z.iso.datetime() });
export type RemovedConnection = z.infer<typeof RemovedConnection>;
