import * as z from '#lib/platform/zod';

/** `endpoint.behind`: there are changes that this endpoint was not told, in this partition of the feed or in any. The feed decides; the message only rings. */
export const EndpointBehind = z.object({ endpoint: z.string(), partition: z.optional(z.int()) });
export type EndpointBehind = z.infer<typeof EndpointBehind>;
