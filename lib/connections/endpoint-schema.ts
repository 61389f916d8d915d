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

const GROUP = /^(?:order|fulfillment|delivery|product)\.\*$/;
/** Whether it is a type of change, or a group of them. */
export const isChangeType = (type: string): boolean => GROUP.test(type) || ChangeType.safeParse(type).success;

/** How what an endpoint is told is written and signed. */
export const Profile = z.enum(['standard-webhooks', 'ucp']);
export type Profile = z.infer<typeof Profile>;

/** An address of the seller's systems that changes are pushed to, without its secrets. */
export const Endpoint = z.object({
  id: z.string(),
  url: z.string(),
  profile: Profile,
  /** The types of change it is told, of which one may end in `.*`; all where there is none. */
  types: z.array(z.string()),
  /** `full`: the order as it is goes with each change. */
  payload: z.enum(['thin', 'full']),
  /** When it was first put: it is told what was committed from then on. */
  since: z.iso.datetime(),
  /** When it got the secret that it has, so that no older one is signed with. */
  secretsAt: z.optional(z.iso.datetime()),
});
export type Endpoint = z.infer<typeof Endpoint>;
