import * as z from '#lib/platform/zod';

/** `endpoint.behind`: the feed has news for this endpoint, in these partitions or in any. The message only rings. */
export const EndpointBehind = z.object({ endpoint: z.string(), partitions: z.optional(z.array(z.int())) });
export type EndpointBehind = z.infer<typeof EndpointBehind>;
