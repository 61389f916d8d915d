import * as z from 'zod';
import { text } from '../shape.ts';
import { METHODS } from './carriers.ts';

const secret = z.string().min(1);

export const Secrets = z.strictObject({
  /** The `Authorization` header, as it is: a key, or `token:key`. */
  apiKey: secret,
  /** The last segment of the URLs we register. */
  webhookSecret: secret,
  previousWebhookSecret: secret.optional(),
});

export const Settings = z.strictObject({
  /** The status that means delivered; needed where the account has several. */
  deliveredStatusId: text.optional(),
  /** Canonical carrier code → one of Sello's methods. */
  carriers: z.record(z.string(), z.enum(METHODS)).optional(),
  /** What a warehouse knows this sales channel as; by default the connection's id. */
  channel: z.string().min(1).optional(),
  /** Whether the price of a row holds its tax; the document does not say. */
  pricesIncludeTax: z.boolean().default(true),
  /** Where a timestamp without an offset comes from; the document does not say. */
  timeZone: z.string().refine(isZone, 'must be an IANA time zone').default('Europe/Stockholm'),
});
export type Settings = z.infer<typeof Settings>;

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
