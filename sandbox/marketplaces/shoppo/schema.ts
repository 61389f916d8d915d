import { z } from 'zod';
import { TOPICS } from './topics.ts';

const Text = z.string().min(1);
/** USD, as in the API. */
const Money = z.number().nonnegative();
const Measure = z.string().nullable();
const notify = z.boolean().default(true);
const Items = z.array(Text).min(1);

const SkuFields = z.strictObject({
  identifier: Text,
  color: Text,
  description: z.string(),
  size: z.string().nullable(),
  price: Money,
  shippingPrice: Money,
  msrp: Money.nullable(),
  shippingTime: Text,
  inventory: z.int().nonnegative(),
  enabled: z.boolean(),
  length: Measure,
  width: Measure,
  height: Measure,
  weight: Measure,
});

/** `POST /_sandbox/products/:id/skus`: `identifier` and `price` are enough. */
export const CreateSku = SkuFields.extend({
  id: Text.optional(),
  color: Text.default('natural'),
  description: z.string().default(''),
  size: z.string().nullable().default(null),
  shippingPrice: Money.default(3),
  msrp: Money.nullable().default(null),
  shippingTime: Text.default('3-10 days'),
  inventory: z.int().nonnegative().default(100),
  enabled: z.boolean().default(true),
  length: Measure.default(null),
  width: Measure.default(null),
  height: Measure.default(null),
  weight: Measure.default(null),
  notify,
});
export type CreateSku = z.output<typeof CreateSku>;

/** `PATCH /_sandbox/skus/:id`: the inventory, a price, whether it is enabled … */
export const ChangeSku = SkuFields.partial().extend({ notify });

const ProductFields = z.strictObject({
  identifier: Text,
  name: Text,
  brand: Text,
  description: z.string(),
  tags: z.array(z.string()),
  features: z.array(z.string()).max(5),
  categoryId: Text,
  targetUserType: z.enum(['ALL', 'MEN', 'WOMEN', 'UNKNOWN']),
  enabled: z.boolean(),
  video: z.boolean(),
});

/** `POST /_sandbox/products`: `identifier`, `name` and one Sku are enough. */
export const CreateProduct = ProductFields.extend({
  id: Text.optional(),
  merchant: z.strictObject({ id: Text, name: Text.optional() }).default({ id: '1146001' }),
  brand: Text.default('No brand'),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  features: z.array(z.string()).max(5).default([]),
  categoryId: Text.default('5010101'),
  targetUserType: z.enum(['ALL', 'MEN', 'WOMEN', 'UNKNOWN']).default('ALL'),
  enabled: z.boolean().default(true),
  video: z.boolean().default(false),
  skus: z.array(CreateSku).min(1),
  notify,
});

/** `PATCH /_sandbox/products/:id`. */
export const ChangeProduct = ProductFields.partial().extend({ notify });

/** `POST /_sandbox/merchants/toggle`. */
export const ToggleMerchants = z.strictObject({
  merchants: z.array(z.strictObject({ id: Text, enabled: z.boolean() })).min(1),
  notify,
});

/** `POST /_sandbox/orders/:id/prepare` and `/deliver`: items by their ids or the Sku's identifier; all by default. */
export const ChooseItems = z.strictObject({ items: Items.optional() });

/** `POST /_sandbox/orders/:id/ship`: an empty body ships everything left in one package. */
export const Ship = ChooseItems.extend({
  courier: Text.default('DHL'),
  trackingNumber: Text.optional(),
  notify,
});
export type Ship = z.input<typeof Ship>;

/** `POST /_sandbox/orders/:id/checkpoints`: something happened to the packages on their way. */
export const AddCheckpoint = ChooseItems.extend({
  message: Text.default('In transit'),
  location: Text.optional(),
  /** The package's status from now on. */
  status: Text.optional(),
});

/** `POST /_sandbox/orders/:id/cancel`: Shoppo will not ship it. */
export const Cancel = ChooseItems.extend({ notify });
export type Cancel = z.input<typeof Cancel>;

/** `POST /_sandbox/orders/:id/refund`. */
export const Refund = ChooseItems.extend({ withShipping: z.boolean().default(false) });

/** `POST /_sandbox/orders/:id/notify`: repeats a notification, or sends one that is wrong. */
export const Notify = z.strictObject({ topic: z.enum(['cancel-partner-order', 'deliver-partner-order']) });

/** `PUT /_sandbox/auto-ship`. */
export const AutoShip = z.strictObject({ afterMs: z.int().nonnegative().nullable(), courier: Text.optional() });

const TICKET_STATUSES = ['NEW', 'OPEN', 'PENDING', 'HOLD', 'SOLVED', 'CLOSED'] as const;
const TicketStatus = z.enum(TICKET_STATUSES);

/** `POST /_sandbox/tickets/:id/reply`: customer service answers, which calls the reply-ticket URL. */
export const ReplyTicket = z.strictObject({
  content: Text.default('This is a reply to ticket.'),
  zendeskStatus: TicketStatus.optional(),
  notify,
});
export type ReplyTicket = z.input<typeof ReplyTicket>;

/** `POST /_sandbox/tickets/:id/status`. */
export const SetTicketStatus = z.strictObject({ zendeskStatus: TicketStatus });

/** `PUT /_sandbox/notifications`: where each call goes (null: nowhere) and the `accesstoken` all carry. */
export const SetNotifications = z.strictObject({
  urls: z.partialRecord(z.enum(TOPICS), z.url().nullable()).optional(),
  accesstoken: Text.optional(),
});
export type SetNotifications = z.input<typeof SetNotifications>;
