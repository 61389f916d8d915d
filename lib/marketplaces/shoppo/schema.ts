import * as z from '#lib/platform/zod';
import { member, textOf } from '../kit/json.ts';
import {
  anything,
  count,
  each,
  flag,
  id,
  looseList,
  looseText,
  looseTexts,
  nullableItemsOf,
  optional,
  optionalId,
  optionalObject,
  optionalOurId,
  optionalText,
  ourId,
  reading,
  spelled,
  stocked,
  text,
  trackingNumber,
} from '../kit/shape.ts';

/** GraphQL writes enums in capitals. */
const enumValue = text.check(z.toUpperCase());

const ShippingPackage = z.lazyObject(() => ({
  courier: looseText,
  trackingNumber,
  isDelivered: optional(flag),
  ...each(anything, 'timeShipped', 'timeDelivered'),
  checkpoints: looseList(z.object({ time: anything, ...looseTexts('courier', 'message', 'location') })),
}));

const OrderItem = z.lazyObject(() => ({
  id,
  quantity: count,
  status: enumValue,
  trackingNumber,
  shippingProvider: looseText,
  ...each(anything, 'timeRefunded', 'refundedAmount'),
  // Its `id` is the snapshot's own and finds nothing. A deleted Sku is null, but its item may still have a package.
  sku: reading((sku) => ({ originalId: textOf(member(sku, 'originalId')) })),
  shippingPackage: optional(ShippingPackage),
}));
export type OrderItem = z.infer<typeof OrderItem>;

/** `partnerOrderCode` is no field of an order: it is added where the order was found by its code. */
export const Order = z.lazyObject(() => ({
  id,
  status: enumValue,
  refundStatus: looseText,
  orderItems: nullableItemsOf(OrderItem),
  partnerOrderCode: optionalOurId,
}));
export type Order = z.infer<typeof Order>;

/** A mutation's answer: the order, item or ticket it made or changed. A ticket's status is not asked for. */
export const Changed = z.lazyObject(() => ({ id, status: optional(enumValue) }));
export type Changed = z.infer<typeof Changed>;

const productFields = () => ({ name: looseText, enabled: optional(flag) });

/** Skus are read one by one, so that a bad one does not spoil the others. */
export const Product = z.lazyObject(() => ({ ...productFields(), id, skus: nullableItemsOf(z.unknown()) }));

const skuFields = () => ({
  identifier: optionalId,
  ...looseTexts('color', 'size'),
  price: anything,
  inventory: optional(stocked),
  enabled: optional(flag),
  /** Told in notifications only. */
  merchant: optionalObject(z.object({ id: optionalId }), 'id'),
});

/** With its product if read alone, without it in a product's list. */
export const Sku = z.lazyObject(() => ({ id, ...skuFields(), product: optional(z.object(productFields())) }));
export type Sku = z.infer<typeof Sku>;

/** `create-sku` and `update-sku`: a new Sku comes without its id. */
export const SkuNotice = spelled(() => ({ ...skuFields(), sku_id: optionalId, time_updated: anything }));

/** `create-product` and `update-product`: neither holds its Skus, though a table lists them. */
export const ProductNotice = spelled(() => ({ product_id: optionalId, identifier: optionalId }));

export const MerchantNotice = spelled(() => ({
  merchant_toggle_list: nullableItemsOf(spelled(() => ({ merchant_id: optionalText, enabled: optional(flag) }))),
}));

/** `cancel-partner-order` and `deliver-partner-order`: the id is the partner order code. */
export const OrderNotice = spelled(() => ({ order_id: ourId }));

export const TicketReply = z.object({ ticketId: id, content: text });
