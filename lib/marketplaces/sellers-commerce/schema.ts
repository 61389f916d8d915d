import * as z from '#lib/platform/zod';
import { count, id, integer, optional, optionalId, optionalText, text } from '../kit/shape.ts';

const Address = z.object({
  FirstName: optionalText,
  LastName: optionalText,
  AddressLine1: optionalText,
  AddressLine2: optionalText,
  City: optionalText,
  StateCode: optionalText,
  CountryCode: optionalText,
  ZipCode: optionalText,
  Phone: optionalText,
});
export type Address = z.infer<typeof Address>;

const Items = z.array(z.object({ SkuCode: id, Quantity: count }));

/** The Id columns and their tables are documented, the other keys are our reading. Amounts in major units. */
export const Order = z.object({
  OrderNumber: id,
  OrderStatusId: integer,
  PaymentStatusId: optional(integer),
  OrderPlacedDate: optionalText,
  CreatedDate: optionalText,
  ModifiedDate: optionalText,
  CurrencyCode: text,
  Email: optionalText,
  ShippingAddress: optional(Address),
  OrderItems: z
    .array(
      z.object({
        OrderItemId: optionalId,
        SkuCode: id,
        ProductName: optionalText,
        Quantity: count,
        UnitPrice: text,
      }),
    )
    .check(z.minLength(1, 'expected at least one item')),
  ShippingAmount: optionalText,
  TaxAmount: optionalText,
  DiscountAmount: optionalText,
  OrderTotal: text,
  /** The parcels reported so far, where the store shows them. */
  ShippingInformation: optional(z.array(z.object({ Items: optional(Items) }))),
});
export type Order = z.infer<typeof Order>;

/** What decides whether an order may be moved on or captured. */
export const OrderState = z.object({
  OrderNumber: id,
  OrderStatusId: integer,
  PaymentStatusId: optional(integer),
  AuthorizationCode: optionalText,
  TransactionNumber: optionalText,
});

/** POST /token: a lifetime in seconds, and a refresh token that is good for one use. */
export const TokenAnswer = z.object({ access_token: text, expires_in: count, refresh_token: optionalText });
