import * as z from '#lib/platform/zod';
import { isObject } from '../kit/json.ts';
import {
  anything,
  count,
  flag,
  id,
  integer,
  looseText,
  optional,
  optionalId,
  optionalOurId,
  optionalText,
  ourId,
  text,
} from '../kit/shape.ts';

/** Lists may hold nulls: GraphQL's `[OrderItem]`. */
const list = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.array(z.nullish(schema)),
    z.transform((all) => all.filter((one): one is NonNullable<typeof one> => one != null)),
  );

/** The page prints `""` where a value would be: that tells nothing. */
const told = <T extends z.ZodMiniType>(schema: T) =>
  z.union(
    [
      z.pipe(
        z.literal(''),
        z.transform(() => undefined),
      ),
      optional(schema),
    ],
    { error: 'has an unexpected shape' },
  );

const Checkpoint = z.object({
  courier: optionalText,
  time: optional(integer),
  message: optionalText,
  location: optionalText,
});

const ShippingPackage = z.object({
  courier: optionalText,
  trackingNumber: optionalText,
  isDelivered: optional(flag),
  timeShipped: optional(integer),
  timeDelivered: optional(integer),
  checkpoints: optional(list(Checkpoint)),
});
export type ShippingPackage = z.infer<typeof ShippingPackage>;

const OrderItem = z.object({
  id,
  quantity: count,
  status: text,
  trackingNumber: optionalText,
  shippingProvider: optionalText,
  timeRefunded: optional(integer),
  refundedAmount: anything,
  // `id` is the snapshot's own, and finds nothing.
  sku: z.object({ originalId: id }),
  shippingPackage: optional(ShippingPackage),
});
export type OrderItem = z.infer<typeof OrderItem>;

/** `partnerOrderCode` is no field of an order: whoever found it by its code adds it. */
export const Order = z.object({
  id,
  status: text,
  refundStatus: looseText,
  orderItems: list(OrderItem),
  partnerOrderCode: optionalOurId,
});
export type Order = z.infer<typeof Order>;

/** What a mutation answers about the order it changed. */
export const OrderState = z.object({ id, status: text });
export type OrderState = z.infer<typeof OrderState>;

export const Page = z.object({
  length: count,
  edges: list(z.object({ node: z.unknown() })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: optionalText }),
});
export type Page = z.infer<typeof Page>;

/** The nodes of a page as they came; an edge may have none. */
export const nodesOf = ({ edges }: Page): object[] => edges.flatMap(({ node }) => (isObject(node) ? [node] : []));

const SkuFields = z.object({
  identifier: optionalId,
  color: optionalText,
  size: optionalText,
  price: anything,
  inventory: told(integer),
  enabled: told(flag),
});

export const Sku = z.extend(SkuFields, { id });
export type Sku = z.infer<typeof Sku>;

/** Its Skus are read one by one: a bad one spoils no other. */
export const Product = z.object({ id, name: optionalText, enabled: told(flag), skus: list(z.unknown()) });
export const SkuOfProduct = z.extend(Sku, { product: optional(z.object({ name: optionalText, enabled: told(flag) })) });

/** `create-sku` and `update-sku`: a new one is told without its id. */
export const SkuNotice = z.extend(SkuFields, {
  sku_id: optionalId,
  merchant: optional(z.object({ id: optionalId })),
  time_updated: told(integer),
});

/** `create-product` and `update-product`: neither holds its Skus, though a table lists them. */
export const ProductNotice = z.object({ product_id: optionalId, identifier: optionalId });

export const MerchantNotice = z.object({
  merchant_toggle_list: list(z.object({ merchant_id: optionalText, enabled: told(flag) })),
});

/** `cancel-partner-order` and `deliver-partner-order`: the id is the partner order code. */
export const OrderNotice = z.object({ order_id: ourId });

export const TicketReply = z.object({ ticketId: id, content: text });
export const Ticket = z.object({ id });
export const Success = z.object({ success: z.boolean() });
