import * as z from '#lib/platform/zod';

/** What an endpoint may be told of. */
export const ChangeType = z.enum([
  'order.created',
  'order.changed',
  'order.released',
  'order.placed',
  'order.blocked',
  'order.cancelled',
  'order.returned',
  'fulfillment.added',
  'fulfillment.reported',
  'delivery.dead',
  'product.changed',
]);
export type ChangeType = z.infer<typeof ChangeType>;

/** Whether this is a type of change, or a group of types such as `order.*`. */
export const isChangeType = (type: string): boolean =>
  ChangeType.options.some((option) => type === option || type === option.replace(/\..*/, '.*'));

/** How messages to an endpoint are written and signed. */
export const Profile = z.enum(['standard-webhooks', 'ucp']);
export type Profile = z.infer<typeof Profile>;

/** What the seller says of an endpoint. */
export const AskedEndpoint = z.object({
  id: z.string(),
  url: z.string(),
  profile: Profile,
  /** The types of change it is told, or groups of them ending in `.*`; all where the list is empty. */
  types: z.array(z.string()),
  /** `full`: each change comes with the order as it is now. */
  payload: z.enum(['thin', 'full']),
});
export type AskedEndpoint = z.infer<typeof AskedEndpoint>;

/** An address of the seller's systems that changes are pushed to, without its secrets. */
export const Endpoint = z.extend(AskedEndpoint, {
  /** When it was first put: it is told what was committed from then on. */
  since: z.iso.datetime(),
  /** When it got its present secret, so that no older one is signed with. */
  secretsAt: z.optional(z.iso.datetime()),
});
export type Endpoint = z.infer<typeof Endpoint>;
