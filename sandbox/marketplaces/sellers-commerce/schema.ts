import { z } from 'zod';
import { RESPONSE_CODES } from './answers.ts';
import { ORDER_STATUSES, PAYMENT_METHODS, PAYMENT_STATUSES, RETURN_STATUSES, RETURN_TYPES } from './ids.ts';
import { instantOf } from './time.ts';

const Time = z
  .string()
  .refine(
    (text) => text.includes('T') && instantOf(text) !== null,
    'wants a UTC time without zone: 2026-11-20T08:15:00',
  );
const Amount = z.number().nonnegative();
const Sku = z.string().min(1);

const Item = z.strictObject({
  SkuCode: Sku,
  Quantity: z.int().positive().default(1),
  UnitPrice: Amount.optional(),
  ProductName: z.string().optional(),
});

const AddressOverride = z
  .strictObject({
    FirstName: z.string(),
    LastName: z.string(),
    AddressLine1: z.string(),
    AddressLine2: z.string().nullable(),
    City: z.string(),
    StateCode: z.string().nullable(),
    CountryCode: z.string(),
    ZipCode: z.string(),
    Phone: z.string().nullable(),
  })
  .partial();

/** `PATCH /_sandbox/orders/:number`: the members to change; an empty body only moves ModifiedDate. */
export const ChangeOrder = z
  .strictObject({
    OrderStatusId: idOf(ORDER_STATUSES),
    PaymentStatusId: idOf(PAYMENT_STATUSES),
    PaymentMethodId: idOf(PAYMENT_METHODS),
    OrderPlacedDate: Time,
    CreatedDate: Time,
    ModifiedDate: Time,
    CurrencyCode: z.string().length(3),
    Email: z.string(),
    AuthorizationCode: z.string().nullable(),
    ShippingAddress: AddressOverride,
    OrderItems: z.array(Item).min(1),
    ShippingAmount: Amount,
    TaxAmount: Amount,
    DiscountAmount: Amount,
    /** To make it differ from the sum. */
    OrderTotal: Amount,
  })
  .partial();
export type ChangeOrder = z.output<typeof ChangeOrder>;

/** `POST /_sandbox/orders`: everything is optional, an empty body places the sample order. */
export const PlaceOrder = ChangeOrder.extend({
  OrderNumber: z.string().min(1).optional(),
  count: z.int().min(1).max(10_000).default(1),
  seed: z.int().optional(),
});
export type PlaceOrder = z.input<typeof PlaceOrder>;

/** `POST /_sandbox/orders/:number/return`; without items everything goes back. */
export const PlaceReturn = z.strictObject({
  ReturnTypeId: idOf(RETURN_TYPES).default(103),
  Items: z.array(z.strictObject({ SkuCode: Sku, Quantity: z.int().positive() })).optional(),
  Reason: z.string().optional(),
});
export const ChangeReturn = z.strictObject({ ReturnStatusId: idOf(RETURN_STATUSES) });

/** `PUT /_sandbox/stock`: an unknown SKU becomes a product. */
export const SetStock = z.strictObject({
  SkuCode: Sku,
  Inventory: z.int().nonnegative(),
  Price: Amount.optional(),
  ProductName: z.string().optional(),
});
export type SetStock = z.infer<typeof SetStock>;

/** `PUT /_sandbox/settings`. */
export const Settings = z.strictObject({
  /** Whether lists are an array or `{ "Results": […] }`. */
  lists: z.enum(['array', 'results']).optional(),
  /** Whether a response code comes with the document's HTTP status, or always with 200. */
  httpStatus: z.enum(['documented', 'always-200']).optional(),
  timePrecision: z.enum(['seconds', 'milliseconds']).optional(),
});

/** `PUT /_sandbox/clock`: how far the store's clock is off, or what it shows now. */
export const SetClock = z.union([
  z.strictObject({ offsetSeconds: z.number() }),
  z.strictObject({ at: z.iso.datetime({ offset: true }) }),
]);
export type SetClock = z.infer<typeof SetClock>;

/** `PUT /_sandbox/tokens`: lifetimes of the tokens issued from now on, in seconds. */
export const SetLifetimes = z.strictObject({
  accessTokenSeconds: z.number().positive().optional(),
  refreshTokenSeconds: z.number().positive().optional(),
});

export const ExpireTokens = z.strictObject({ which: z.enum(['access', 'refresh', 'all']).default('access') });

/** `POST /_sandbox/force`: answers an endpoint with a response code. */
export const Force = z.strictObject({
  on: z.string(),
  code: z.int().refine((code) => RESPONSE_CODES.includes(code), `wants one of ${RESPONSE_CODES.join(', ')}`),
  /** Replaces the document's status for this code. */
  httpStatus: z.int().min(200).max(599).optional(),
  times: z.union([z.int().positive(), z.literal('always')]).default(1),
  afterWork: z.boolean().default(false),
  contains: z.string().optional(),
});
export type Force = z.input<typeof Force>;

function idOf(table: Readonly<Record<number, string>>) {
  return z.int().refine((id) => table[id] !== undefined, `wants one of ${Object.keys(table).join(', ')}`);
}
