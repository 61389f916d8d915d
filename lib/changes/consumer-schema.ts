import * as z from '#lib/platform/zod';

/** What the API shows of a consumer of the feed. */
export const ConsumerFacts = z.object({
  id: z.string(),
  /** The cursor up to which it has dealt with everything. */
  committed: z.string(),
  /** The age of the oldest change behind it; 0 where there is none. */
  lagSeconds: z.int(),
  /** The number of changes behind it, of all types. */
  lagEntries: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
