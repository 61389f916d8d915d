import * as z from '#lib/platform/zod';

/** `webhook.rejected`: a webhook for a known connection and topic whose proof failed, to be kept for a while. */
export const WebhookRejected = z.object({
  type: z.literal('webhook.rejected'),
  connection: z.string(),
  topic: z.string(),
  receivedAt: z.string(),
  /** What it presented as proof, so that it can be verified again; holds no secret. */
  evidence: z.record(z.string(), z.string()),
  /** Its `Content-Encoding`. */
  codings: z.optional(z.string()),
  /** The bytes as they came: text, or base64 where they are not UTF-8. */
  body: z.string(),
  encoding: z.enum(['utf8', 'base64']),
});
export type WebhookRejected = z.infer<typeof WebhookRejected>;
