import * as z from '#lib/platform/zod';

/** A step as it may be shown and printed: without the secret. */
export const ShownStep = z.object({
  action: z.enum(['keep', 'create', 'remove', 'leave', 'paste']),
  topic: z.nullable(z.string()),
  url: z.string(),
  /** Somebody else's, which has to go so that ours can be there. */
  isForeign: z.exactOptional(z.literal(true)),
  /** Why it could not be done. */
  error: z.exactOptional(z.string()),
});
export type ShownStep = z.infer<typeof ShownStep>;

/** How the marketplace's registry stood at the last daily check. */
export const Watched = z.object({
  checkedAt: z.iso.datetime(),
  /** `lost`: a person has to look; `unregistered`: none of ours was ever there; `unreadable`: it cannot be checked. */
  state: z.enum(['registered', 'repaired', 'lost', 'unregistered', 'unreadable']),
  /** Of an unreadable one: some of ours were there when it could last be read. */
  stood: z.exactOptional(z.literal(true)),
});
export type Watched = z.infer<typeof Watched>;

export const Synced = z.object({
  connection: z.string(),
  marketplace: z.string(),
  dryRun: z.boolean(),
  webhooks: z.array(ShownStep),
  /** Where a person has to give the marketplace the URLs. */
  pasteHint: z.exactOptional(z.string()),
});
export type Synced = z.infer<typeof Synced>;
