import * as z from '#lib/platform/zod';
import { channelSettings, currencyCode, filled } from '../kit/settings.ts';
import { timeZone } from '../kit/shape.ts';

export const Secrets = z.strictObject({
  /** "Users Access Key". */
  accessKey: filled,
  /** "Users Shared Secret Key". */
  sharedSecret: filled,
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** Canonical carrier code, or the name of a CarrierId → ServiceTypeId. */
  services: z._default(z.record(z.string(), z.int().check(z.minimum(1), z.maximum(36))), {}),
  /** Captures an authorized payment with the first parcel. */
  capturePayment: z._default(z.boolean(), false),
  /** IANA zone of the store's times, which carry none: read as UTC without it. Polls go by what the store shows. */
  timeZone: z.optional(timeZone),
  /** Whether dates such as 11/12/2026 have their day first: in the US, the month is. */
  dayFirst: z.optional(z.boolean()),
  /** Of orders that name none; the document does not promise a CurrencyCode. */
  currency: z.optional(currencyCode),
  /** "These additional query line", without which lists "will return you null values": sent behind each query as it stands. */
  query: z.optional(filled),
  /** How far each poll goes back behind the last, for changes that became visible late. */
  overlapMinutes: z._default(z.number().check(z.minimum(0), z.maximum(1440)), 10),
  /** The first poll reads what was modified since; by default everything there is. */
  since: z.optional(z.iso.datetime({ offset: true })),
});
export type Settings = z.infer<typeof Settings>;
