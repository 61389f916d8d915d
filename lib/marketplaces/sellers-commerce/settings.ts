import * as z from 'zod';

const secret = z.string().min(1);

export const Secrets = z.strictObject({
  /** "Users Access Key". */
  accessKey: secret,
  /** "Users Shared Secret Key". */
  sharedSecret: secret,
});

export const Settings = z.strictObject({
  /** Canonical carrier code → the name of a CarrierId. */
  carriers: z.record(z.string(), z.string().min(1)).optional(),
  /** Canonical carrier code, or the name of a CarrierId → ServiceTypeId. */
  services: z.record(z.string(), z.number().int().min(1).max(36)).default({}),
  /** Captures an authorized payment with the first parcel. */
  capturePayment: z.boolean().default(false),
  /** IANA zone of the store's times, which carry none. */
  timeZone: z.string().refine(isZone, 'must be an IANA time zone').default('UTC'),
  /** How far each poll goes back behind the last, for changes that became visible late. */
  overlapMinutes: z.number().min(0).max(1440).default(10),
  /** The first poll reads what was modified since; by default everything there is. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** What a warehouse knows this sales channel as; by default the connection's id. */
  channel: z.string().min(1).optional(),
});
export type Settings = z.infer<typeof Settings>;

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
