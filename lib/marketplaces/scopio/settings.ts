import * as z from 'zod';
import { ALGORITHMS, ENCODINGS } from '../webhook-secret.ts';

const secret = z.string().min(1);

export const Secrets = z.strictObject({
  /** `sk_mkt_…`, from the seller's administration panel. */
  apiKey: secret,
  webhookSecret: secret,
  previousWebhookSecret: secret.optional(),
});

export const Settings = z.strictObject({
  /** Where and how webhooks are signed; the document says neither. */
  signatureHeader: z.string().min(1).optional(),
  signatureAlgorithm: z.enum(ALGORITHMS).optional(),
  signatureEncoding: z.enum(ENCODINGS).optional(),
  /** Canonical carrier code → the identifier Scopio takes. */
  carriers: z.record(z.string(), z.string().min(1)).optional(),
  /** What a warehouse knows this sales channel as; by default the connection's id. */
  channel: z.string().min(1).optional(),
});
