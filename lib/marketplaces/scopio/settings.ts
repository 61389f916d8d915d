import * as z from '#lib/platform/zod';
import { channelSettings } from '../kit/settings.ts';
import { ALGORITHMS, ENCODINGS } from '../kit/webhook-secret.ts';

const filled = z.string().check(z.minLength(1));

export const Secrets = z.strictObject({
  /** `sk_mkt_…`, from the seller's administration panel. */
  apiKey: filled,
  webhookSecret: filled,
  previousWebhookSecret: z.optional(filled),
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** Where and how webhooks are signed; the document says neither. */
  signatureHeader: z.optional(filled),
  signatureAlgorithm: z.optional(z.enum(ALGORITHMS)),
  signatureEncoding: z.optional(z.enum(ENCODINGS)),
  /** Canonical carrier code → the identifier Scopio takes. */
  carriers: z.optional(z.record(z.string(), filled)),
});
