import * as z from '#lib/platform/zod';

/** What callers are told of a consumer of the feed. */
export const ConsumerFacts = z.object({
  id: z.string(),
  /** The cursor up to which it has done with everything. */
  committed: z.string(),
  /** Age of the oldest change behind it; 0 where there is none. */
  lagSeconds: z.int(),
  /** Changes behind it, of all types. */
  lagEntries: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
