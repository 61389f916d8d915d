import * as z from '#lib/platform/zod';

/** `endpoint.behind`: there are changes that this endpoint was not told, in these partitions of the feed or in any. The feed decides; the message only rings. */
export const EndpointBehind = z.object({ endpoint: z.string(), partitions: z.optional(z.array(z.int())) });
export type EndpointBehind = z.infer<typeof EndpointBehind>;
