import { z } from 'zod';
import { refuse } from './answers.ts';
import { instantOf } from './time.ts';

// Unknown keys are ignored, numbers may be strings.
const OrderNumber = z.union([z.string(), z.number()]).transform((number) => String(number).trim());
const Id = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);
const Text = z.string().trim().min(1);
const Sku = z.object({ SkuCode: Text });

export const ShippingInformation = z.object({
  OrderNumber,
  CarrierId: Id,
  ServiceTypeId: Id.nullish(),
  TrackingNumber: Text,
  ShippedDate: z
    .string()
    .refine((text) => instantOf(text.replace(/Z$/, '')) !== null)
    .nullish(),
  Items: z.array(Sku.extend({ Quantity: Id.refine((quantity) => quantity > 0) })).min(1),
});
export type ShippingInformation = z.output<typeof ShippingInformation>;

export const OrderStatus = z.object({ OrderNumber, OrderStatusId: Id });
export const PaymentInformation = z.object({ OrderNumber, TransactionNumber: Text, AuthorizationCode: Text });

export const ReturnRequest = z.object({
  OrderNumber,
  ReturnTypeId: Id,
  Items: z.array(Sku.extend({ Quantity: Id.refine((quantity) => quantity > 0) })).min(1),
  Reason: z.string().nullish(),
});

export const SkuInventories = z.array(Sku.extend({ Inventory: Id })).min(1);
export const SkuPrices = z.array(Sku.extend({ Price: z.number().nonnegative() })).min(1);

/** Reads a write's body; throws code 30 naming the first thing that is wrong with it. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw refuse(30, result.error.issues[0]?.path.join('.') || 'body');
}
