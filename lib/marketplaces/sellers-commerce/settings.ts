import * as z from '#lib/platform/zod';
import { channelSettings, currencyCode, filled } from '../kit/settings.ts';
import { timeZone } from '../kit/shape.ts';

export const Secrets = z.strictObject({
  /** "Users Access Key", and "Users Shared Secret Key". */
  accessKey: filled,
  sharedSecret: filled,
});

export const Settings = z.strictObject({
  ...channelSettings,
  /** Canonical carrier code, or the name of a CarrierId → ServiceTypeId. */
  services: z._default(z.record(z.string(), z.int().check(z.minimum(1), z.maximum(36))), {}),
  /** Captures an authorized payment with the first parcel. */
  capturePayment: z._default(z.boolean(), false),
  /** IANA zone of the store's times, which name none; UTC if absent. Polls do not use it: they learn the offset. */
  timeZone: z.optional(timeZone),
  /** Whether dates like 11/12/2026 have their day first, and not the month, as in the US. */
  dayFirst: z.optional(z.boolean()),
  /** For orders that name no currency: the document does not promise a CurrencyCode. */
  currency: z.optional(currencyCode),
  /** "These additional query line", without which lists "will return you null values": appended to each query as is. */
  query: z.optional(filled),
  /** How many minutes before the last poll each poll begins, for changes that became visible late. */
  overlapMinutes: z._default(z.number().check(z.minimum(0), z.maximum(1440)), 10),
  /** Where the first poll begins, by modification; by default it reads everything. */
  since: z.optional(z.iso.datetime({ offset: true })),
});
export type Settings = z.infer<typeof Settings>;
