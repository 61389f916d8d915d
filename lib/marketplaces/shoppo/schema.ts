import * as z from '#lib/platform/zod';
import { isObject } from '../kit/json.ts';
import {
  anything,
  count,
  flag,
  id,
  integer,
  looseList,
  looseText,
  optional,
  optionalId,
  optionalObject,
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

/** GraphQL writes enums in capitals. */
const enumValue = z.pipe(
  text,
  z.transform((value) => value.toUpperCase()),
);

const Checkpoint = z.object({
  courier: looseText,
  time: anything,
  message: looseText,
  location: looseText,
});

const ShippingPackage = z.object({
  courier: optionalText,
  trackingNumber: optionalText,
  isDelivered: optional(flag),
  timeShipped: anything,
  timeDelivered: anything,
  checkpoints: looseList(Checkpoint),
});
export type ShippingPackage = z.infer<typeof ShippingPackage>;

const OrderItem = z.object({
  id,
  quantity: count,
  status: enumValue,
  trackingNumber: optionalText,
  shippingProvider: optionalText,
  timeRefunded: anything,
  refundedAmount: anything,
  // `id` is the snapshot's own, and finds nothing.
  sku: z.object({ originalId: id }),
  shippingPackage: optional(ShippingPackage),
});
export type OrderItem = z.infer<typeof OrderItem>;

/** `partnerOrderCode` is no field of an order: whoever found it by its code adds it. */
export const Order = z.object({
  id,
  status: enumValue,
  refundStatus: looseText,
  orderItems: list(OrderItem),
  partnerOrderCode: optionalOurId,
});
export type Order = z.infer<typeof Order>;

/** What a mutation answers about the order it changed. */
export const OrderState = z.object({ id, status: enumValue });
export type OrderState = z.infer<typeof OrderState>;

/** The page prints its lists of orders without `pageInfo`, which one that has all of the matches can do without. */
export const Page = z.pipe(
  z
    .object({
      length: count,
      edges: list(z.object({ node: z.unknown() })),
      pageInfo: optional(z.object({ hasNextPage: z.boolean(), endCursor: optionalText })),
    })
    .check(
      z.refine(({ length, edges, pageInfo }) => pageInfo !== undefined || edges.length >= length, {
        path: ['pageInfo'],
        error: 'is missing',
      }),
    ),
  z.transform(({ pageInfo = { hasNextPage: false, endCursor: undefined }, ...page }) => ({ ...page, pageInfo })),
);
export type Page = z.infer<typeof Page>;

/** The nodes of a page as they came; an edge may have none. */
export const nodesOf = ({ edges }: Page): object[] => edges.flatMap(({ node }) => (isObject(node) ? [node] : []));

const SkuFields = z.object({
  identifier: optionalId,
  color: looseText,
  size: looseText,
  price: anything,
  inventory: optional(integer),
  enabled: optional(flag),
});

export const Sku = z.extend(SkuFields, { id });
export type Sku = z.infer<typeof Sku>;

/** Its Skus are read one by one: a bad one spoils no other. */
export const Product = z.object({ id, name: optionalText, enabled: optional(flag), skus: list(z.unknown()) });
export const SkuOfProduct = z.extend(Sku, {
  product: optional(z.object({ name: optionalText, enabled: optional(flag) })),
});

/** `create-sku` and `update-sku`: a new one is told without its id. */
export const SkuNotice = z.extend(SkuFields, {
  sku_id: optionalId,
  merchant: optionalObject(z.object({ id: optionalId }), 'id'),
  time_updated: anything,
});

/** `create-product` and `update-product`: neither holds its Skus, though a table lists them. */
export const ProductNotice = z.object({ product_id: optionalId, identifier: optionalId });

export const MerchantNotice = z.object({
  merchant_toggle_list: list(z.object({ merchant_id: optionalText, enabled: optional(flag) })),
});

/** `cancel-partner-order` and `deliver-partner-order`: the id is the partner order code. */
export const OrderNotice = z.object({ order_id: ourId });

export const TicketReply = z.object({ ticketId: id, content: text });
export const Ticket = z.object({ id });
export const Success = z.object({ success: z.boolean() });
