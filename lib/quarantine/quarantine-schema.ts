import { WebhookRejected } from '#events/webhook-rejected';
import { Decision } from '#lib/platform/decision';
import * as z from '#lib/platform/zod';

/** Who admitted it, when and why. */
export const Admission = z.extend(Decision, { id: z.string() });
export type Admission = z.infer<typeof Admission>;

/** An admission on record, kept longer than what it admitted. */
export const AdmissionRecord = z.extend(Admission, {
  connection: z.string(),
  matched: z.int(),
  /** Ids of those it let in. */
  webhooks: z.array(z.string()),
});
export type AdmissionRecord = z.infer<typeof AdmissionRecord>;

/** A rejected webhook as the API shows it: its body may be a forgery. */
export const QuarantinedFacts = z.object({
  id: z.string(),
  ...z.pick(WebhookRejected, { connection: true, topic: true }).shape,
  receivedAt: z.iso.datetime(),
  /** Bytes of the body. */
  size: z.int(),
  admitted: z.nullable(Admission),
});
