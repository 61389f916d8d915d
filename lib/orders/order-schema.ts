import { LineQuantity } from '#lib/deliveries/delivery-schema';
import * as z from '#lib/platform/zod';
import { PaymentState } from './payment-state.ts';

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

export const Buyer = z.object({
  first_name: text(),
  last_name: text(),
  email: text(),
  phone_number: text(),
  company: text(),
  /** VAT or other tax number, as the source writes it. */
  taxId: text(),
});
export type Buyer = z.infer<typeof Buyer>;

const textOrNull = () => z.nullable(z.string());

/** How an order is paid: the method in the source's own word. */
export const Payment = z.object({ method: textOrNull(), state: PaymentState });
export type Payment = z.infer<typeof Payment>;

/** The marketplace behind an aggregator, with its own number of the order. */
export const Market = z.object({ name: textOrNull(), reference: textOrNull() });
export type Market = z.infer<typeof Market>;

/** What the buyer chose, `name` in the source's own words. */
const ShippingMethod = z.object({ code: textOrNull(), name: textOrNull() });

/** Where the buyer collects the parcel: a locker or a shop; `address` in one line. */
export const PickupPoint = z.object({ id: textOrNull(), name: textOrNull(), address: textOrNull() });
export type PickupPoint = z.infer<typeof PickupPoint>;

/**
 * What the order costs as the buyer pays it, in minor units: goods − discount + shipping + other (+ tax, where prices do
 * not include it) = total.
 */
export const Amounts = z.object({
  currency: z.string(),
  goods: z.int(),
  shipping: z.int(),
  discount: z.int(),
  tax: z.int(),
  /** Whatever else the source's total holds. */
  other: z.int(),
  total: z.int(),
});

export type Amounts = z.infer<typeof Amounts>;

/** A line in units and in minor units; `tax.amount` and `discount` are of the whole line, `rate` in percent. */
export const Line = z.object({
  id: z.string(),
  sku: z.string(),
  ean: textOrNull(),
  title: z.string(),
  /** Units ordered: cancelled, shipped and open ones together. */
  quantity: z.int(),
  /** Units that are with a shipper who was asked for them, shipped ones included. */
  placed: z.int(),
  fulfilled: z.int(),
  cancelled: z.int(),
  /** Of the shipped units. */
  returned: z.int(),
  unitPrice: z.object({ gross: z.nullable(z.int()), net: z.nullable(z.int()) }),
  tax: z.object({ rate: z.nullable(z.number()), amount: z.nullable(z.int()) }),
  discount: z.int(),
  total: z.int(),
  stockLocation: textOrNull(),
  attributes: z.record(z.string(), z.string()),
});
export type Line = z.infer<typeof Line>;

/** A parcel. Its tracking number is what the sales channel waits for. */
export const Fulfillment = z.object({
  id: z.string(),
  /** The connection that shipped it, or `erp`. */
  by: z.string(),
  /** In the shipper's word where a connection shipped it, a canonical code where the ERP did. */
  carrier: z.string(),
  trackingNumber: z.string(),
  trackingUrl: text(),
  labelUrl: text(),
  lineItems: z.array(LineQuantity),
  shippedAt: z.iso.datetime(),
  /**
   * The placing delivery it belongs to, where its shipper was asked more than once; with `#` and the shipper's id where
   * that was placed anew since.
   */
  placement: text(),
});
export type Fulfillment = z.infer<typeof Fulfillment>;

/** Units that came back; `refund` in minor units of the order's currency, null where none was told. */
export const Return = z.object({
  id: z.string(),
  /** Who told of it: a connection, or `erp`. */
  by: z.string(),
  at: z.iso.datetime(),
  lineItems: z.array(LineQuantity),
  reason: textOrNull(),
  refund: z.nullable(z.object({ amount: z.int() })),
});
export type Return = z.infer<typeof Return>;

/** What a connection was asked to ship: `cancelled` where it has nothing of it left. */
export const PlacementFacts = z.object({
  connection: z.string(),
  delivery: z.string(),
  state: z.enum(['pending', 'placed', 'blocked', 'dead', 'cancelled']),
  /** What the shipper knows the placement by: its id there, if it has told one, and its number. */
  remoteId: textOrNull(),
  number: z.string(),
  lineItems: z.array(LineQuantity),
  /** What the shipper paid back to the seller, in all; `amount` in minor units. */
  refund: z.nullable(z.object({ state: z.string(), amount: z.int(), currency: z.string() })),
});
export type PlacementFacts = z.infer<typeof PlacementFacts>;

/** What the API shows of an order just as it is stored. Instants are ISO 8601 in UTC with milliseconds. */
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

/** The number under which the seller's own system has the order. */
export const Acknowledgement = z.object({ by: z.string(), reference: z.string(), at: z.iso.datetime() });
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** The rest of the order, as far as its source tells it; absent facts are null. */
export const OrderWhole = z.object({
  /** Grows with every change of the order. */
  revision: z.int(),
  /** When it was allowed to ship. */
  releasedAt: z.nullable(z.iso.datetime()),
  billingAddress: z.nullable(Address),
  note: textOrNull(),
  market: z.nullable(Market),
  payment: Payment,
  shippingMethod: z.nullable(ShippingMethod),
  pickupPoint: z.nullable(PickupPoint),
  amounts: Amounts,
  lines: z.array(Line),
  placements: z.array(PlacementFacts),
  returns: z.array(Return),
  acknowledgement: z.nullable(Acknowledgement),
  /** Paths in the source's body that are not read. */
  unread: z.array(z.string()),
  /** What was assumed or rounded: a path and an explanation. */
  assumed: z.array(z.string()),
});
export type OrderWhole = z.infer<typeof OrderWhole>;
