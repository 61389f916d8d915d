import * as z from '#lib/zod';

/** One account at one marketplace, without its secrets. Settings are checked by the marketplace's own schema. */
export const Connection = z.object({
  id: z.string(),
  marketplace: z.string(),
  baseUrl: z.string(),
  settings: z.record(z.string(), z.unknown()),
  pollIntervalSeconds: z.number(),
  requestsPerMinute: z.number(),
});
export type Connection = z.infer<typeof Connection>;

/** A connection's secrets by name, as Secrets Manager holds them. */
export type Secrets = Readonly<Record<string, string>>;

/** `erp` is the seller: it ships by itself and posts the fulfillment. */
export const ERP = 'erp';

export const Route = z.strictObject({
  from: z.string(),
  match: z.optional(z.strictObject({ country: z.optional(z.string()), skuPrefix: z.optional(z.string()) })),
  to: z.string(),
});
export type Route = z.infer<typeof Route>;

/** The name under which orders of a sales connection are placed elsewhere; its id keeps two accounts apart. */
export const channelOf = ({ id, settings }: Connection): string =>
  typeof settings.channel === 'string' ? settings.channel : id;
