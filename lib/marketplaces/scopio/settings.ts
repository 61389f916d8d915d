import * as z from '#lib/platform/zod';
import { currentCode } from '../kit/country.ts';
import { channelSettings, currencyCode, filled, webhookSecrets } from '../kit/settings.ts';
import { timeZone } from '../kit/shape.ts';
import { ALGORITHMS, ENCODINGS } from '../kit/webhook-secret.ts';

export const Secrets = z.strictObject({
  /** `sk_mkt_…`, from the seller's administration panel. */
  apiKey: filled,
  ...webhookSecrets,
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** Where and how webhooks are signed; the document says neither. */
  signatureHeader: z.optional(filled),
  signatureAlgorithm: z.optional(z.enum(ALGORITHMS)),
  signatureEncoding: z.optional(z.enum(ENCODINGS)),
  /** The header is the signature, or contains it among others: `t=…,v1=…`. */
  signatureFormat: z.optional(z.enum(['plain', 'elements'])),
  /** What is signed: `{body}`, perhaps after `{t}` of the signature's header or another header's name. */
  signedContent: z.optional(
    z.string().check(z.regex(/^[\w.:\s-]*(\{[\w-]+\}[\w.:\s-]*)*\{body\}$/, 'must end in {body}')),
  ),
  /** The currency, time zone and country of orders that name none; the document says nothing about them. */
  currency: z._default(currencyCode, 'PLN'),
  timeZone: z._default(timeZone, 'Europe/Warsaw'),
  country: z.optional(
    z.pipe(z.string().check(z.regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code')), z.transform(currentCode)),
  ),
  /** Reports each parcel as it ships, or the whole order with its last one. */
  reportWith: z._default(z.enum(['each', 'last']), 'each'),
});
