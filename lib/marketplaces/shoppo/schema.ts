import * as z from '#lib/platform/zod';
import { isObject, member, textOf } from '../kit/json.ts';
import {
  anything,
  count,
  flag,
  id,
  itemsOf,
  looseList,
  looseText,
  looseTexts,
  optional,
  optionalId,
  optionalObject,
  optionalOurId,
  optionalText,
  ourId,
  reading,
  stocked,
  text,
  trackingNumber,
  unreadable,
} from '../kit/shape.ts';

/** Lists may hold nulls: GraphQL's `[OrderItem]`. */
const list = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    itemsOf(z.nullish(schema)),
    z.transform((all) => all.filter((one): one is NonNullable<typeof one> => one != null)),
  );

/** GraphQL writes enums in capitals. */
const enumValue = text.check(z.toUpperCase());

const ShippingPackage = z.object({
  courier: looseText,
  trackingNumber,
  isDelivered: optional(flag),
  timeShipped: anything,
  timeDelivered: anything,
  checkpoints: looseList(z.object({ time: anything, ...looseTexts('courier', 'message', 'location') })),
});

const OrderItem = z.object({
  id,
  quantity: count,
  status: enumValue,
  trackingNumber,
  shippingProvider: looseText,
  timeRefunded: anything,
  refundedAmount: anything,
  // `id` is the snapshot's own, and finds nothing. A Sku that is gone is null: its item has a package all the same.
  sku: reading((sku) => ({ originalId: textOf(member(sku, 'originalId')) })),
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

/** What a mutation answers of the order, item or ticket that it made or changed: a ticket's status is not asked for. */
export const Changed = z.object({ id, status: optional(enumValue) });
export type Changed = z.infer<typeof Changed>;

/** The page prints its lists of orders without `pageInfo`, which one that has all of the matches can do without. */
export const Page = z.pipe(
  z
    .object({
      length: count,
      edges: z.array(z.nullish(z.object({ node: z.unknown() }))),
      pageInfo: optional(z.object({ hasNextPage: flag, endCursor: optionalText })),
    })
    .check(
      z.refine(({ length, edges, pageInfo }) => pageInfo !== undefined || edges.length >= length, {
        path: ['pageInfo'],
        error: 'is missing',
      }),
    ),
  // Nodes stay as they came; an edge may have none.
  z.transform(({ edges, ...page }) => ({ ...page, nodes: edges.map((edge) => edge?.node).filter(isObject) })),
);
export type Page = z.infer<typeof Page>;

/**
 * The cursor behind the page that was asked for by `after`; null at the end of the list. Throws ContractError where more
 * is to come and no cursor leads there: also where the page begins with `first`, as the one before it did.
 */
export function cursorBehind(page: Page, after: string | null, first?: string): string | null {
  if (!page.pageInfo?.hasNextPage) return null;
  const { endCursor } = page.pageInfo;
  if (endCursor !== undefined && endCursor !== after && firstOf(page) !== first) return endCursor;
  const problem = endCursor === undefined ? 'is missing' : 'leads to the same page again';
  throw unreadable('pageInfo.endCursor', `${problem}, though hasNextPage says that there is more`);
}

/** The id that a page begins with: empty for none. */
export const firstOf = ({ nodes }: Page): string => textOf(member(nodes[0], 'id'));

const ProductFields = z.object({ name: looseText, enabled: optional(flag) });

/** Its Skus are read one by one: a bad one spoils no other. */
export const Product = z.extend(ProductFields, { id, skus: list(z.unknown()) });

/** Read alone it tells of its product, in a product's list it does not. */
export const Sku = z.object({
  id,
  identifier: optionalId,
  color: looseText,
  size: looseText,
  price: anything,
  inventory: optional(stocked),
  enabled: optional(flag),
  product: optional(ProductFields),
});
export type Sku = z.infer<typeof Sku>;

/** `create-sku` and `update-sku`: a new one is told without its id. */
export const SkuNotice = z.extend(z.omit(Sku, { id: true, product: true }), {
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
