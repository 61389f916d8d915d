import { LineQuantity } from '#lib/deliveries/delivery-schema';
import * as z from '#lib/platform/zod';

export const OrderStatus = z.enum(['open', 'partial', 'fulfilled', 'cancelled']);
export type OrderStatus = z.infer<typeof OrderStatus>;

const text = () => z.exactOptional(z.string());

/** A postal address with UCP's member names, plus what carriers ask for. */
export const Address = z.object({
  first_name: text(),
  last_name: text(),
  company: text(),
  street_address: text(),
  extended_address: text(),
  address_locality: text(),
  address_region: text(),
  postal_code: text(),
  /** ISO 3166-1 alpha-2. */
  address_country: text(),
  phone_number: text(),
  email: text(),
});
export type Address = z.infer<typeof Address>;

export const Buyer = z.object({ first_name: text(), last_name: text(), email: text(), phone_number: text() });
export type Buyer = z.infer<typeof Buyer>;

/** A parcel. Its tracking number is what the sales channel waits for. */
export const Fulfillment = z.object({
  id: z.string(),
  /** The connection that shipped it, or `erp`. */
  by: z.string(),
  /** In the shipper's word when a connection shipped it, a canonical code when the ERP did. */
  carrier: z.string(),
  trackingNumber: z.string(),
  trackingUrl: text(),
  labelUrl: text(),
  lineItems: z.array(LineQuantity),
  shippedAt: z.iso.datetime(),
});
export type Fulfillment = z.infer<typeof Fulfillment>;

/** What callers are told of an order as it is stored. Instants are ISO 8601 in UTC with milliseconds. */
export const OrderFacts = z.object({
  id: z.string(),
  connection: z.string(),
  externalId: z.string(),
  number: z.string(),
  placedAt: z.iso.datetime(),
  paidAt: z.nullable(z.iso.datetime()),
  buyer: Buyer,
  shippingAddress: Address,
  taxIncluded: z.boolean(),
  fulfillments: z.array(Fulfillment),
  /** Ids of its deliveries. */
  deliveries: z.array(z.string()),
  receivedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
