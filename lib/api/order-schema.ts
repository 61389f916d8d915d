import type { Order } from '#lib/orders/order';
import { isLate, statusOf } from '#lib/orders/status';
import type { TimelineEntry } from '#lib/orders/timeline';
import { log } from '#lib/platform/telemetry/log';
import * as z from '#lib/platform/zod';
import type { UcpOrder } from '#lib/ucp/order';
import { validateUcpOrder } from '#lib/ucp/validate';
import { ApiError } from './kit/errors.ts';
import { Instant, Timestamp } from './kit/members.ts';
import { doc, named } from './kit/meta.ts';

export const OrderStatus = named('OrderStatus', z.enum(['open', 'partial', 'fulfilled', 'cancelled']), {
  description: 'Derived from the quantities of the line items.',
});

const name = z.optional(z.string());

export const Buyer = named('Buyer', z.object({ first_name: name, last_name: name, email: name, phone_number: name }), {
  example: { first_name: 'Elena', last_name: 'Ruiz', email: 'elena@example.com' },
});

export const Address = named(
  'Address',
  z.object({
    first_name: name,
    last_name: name,
    company: name,
    street_address: name,
    extended_address: name,
    address_locality: name,
    address_region: name,
    postal_code: name,
    address_country: doc(name, { description: 'ISO 3166-1 alpha-2.', example: 'MX' }),
    phone_number: name,
    email: name,
  }),
  {
    description: "A postal address with UCP's member names.",
    example: {
      first_name: 'Elena',
      last_name: 'Ruiz',
      street_address: 'Av. Insurgentes Sur 1602',
      address_locality: 'Ciudad de México',
      address_region: 'CDMX',
      postal_code: '03940',
      address_country: 'MX',
    },
  },
);

export const LineQuantity = named('LineQuantity', z.object({ id: z.string(), quantity: z.int().check(z.minimum(1)) }), {
  example: { id: 'li_1', quantity: 1 },
});

export const Fulfillment = named(
  'Fulfillment',
  z.object({
    id: z.string(),
    by: doc(z.string(), { description: 'The connection that shipped it, or `erp`.' }),
    carrier: doc(z.string(), { description: "A canonical code, or the shipper's own word." }),
    trackingNumber: z.string(),
    trackingUrl: z.optional(z.string()),
    labelUrl: z.optional(z.string()),
    lineItems: z.array(LineQuantity),
    shippedAt: Timestamp,
  }),
  {
    example: {
      id: 'ful_0f1e2d3c4b5a69788796',
      by: 'erp',
      carrier: 'dhl',
      trackingNumber: 'JD014600003828881234',
      trackingUrl: 'https://tracking.example/JD014600003828881234',
      lineItems: [{ id: 'li_1', quantity: 1 }],
      shippedAt: '2026-11-21T10:00:00.000Z',
    },
  },
);

const Ucp = named(
  'UcpOrder',
  z.custom<UcpOrder>((value) => typeof value === 'object' && value !== null),
  {
    type: 'object',
    description: 'An order of the Universal Commerce Protocol, version 2026-04-08; valid against its schema.',
    externalDocs: { url: 'https://ucp.dev/schemas/shopping/order.json' },
    required: ['ucp', 'id', 'checkout_id', 'permalink_url', 'currency', 'line_items', 'fulfillment', 'totals'],
    additionalProperties: true,
  },
);

const TimelineItem = named(
  'TimelineEntry',
  z.object({ at: Timestamp, type: z.string(), by: z.string(), detail: z.record(z.string(), z.unknown()) }),
  {
    example: {
      at: '2026-11-20T08:15:02.000Z',
      type: 'order.received',
      by: 'webhook',
      detail: { number: 'SC-1001', version: '2026-11-20T08:15:00.000Z' },
    },
  },
);

export const OrderSummary = named(
  'OrderSummary',
  z.object({
    id: doc(z.string(), { description: '`<connection>:<externalId>`.', example: 'scopio-main:ord_8f3a' }),
    connection: doc(z.string(), { example: 'scopio-main' }),
    externalId: doc(z.string(), { example: 'ord_8f3a' }),
    number: doc(z.string(), { example: 'SC-1001' }),
    status: OrderStatus,
    placedAt: Timestamp,
    paidAt: z.nullable(Timestamp),
    buyer: Buyer,
    shippingAddress: Address,
    taxIncluded: z.boolean(),
    shipBy: doc(z.nullable(Timestamp), { description: 'By when it must leave, where the sales channel says so.' }),
    late: doc(z.boolean(), { description: 'Units are left to ship although `shipBy` has passed.' }),
    ucp: doc(z.union([Ucp, z.null()]), { description: 'Null where it would not be valid: the order itself says why.' }),
    fulfillments: z.array(Fulfillment),
    deliveries: doc(z.array(z.string()), { description: 'Ids of its deliveries.', example: ['dlv_5be1f6c2a9'] }),
    receivedAt: Timestamp,
    updatedAt: Timestamp,
  }),
  { description: 'An order as lists carry it: without its timeline.' },
);

export const OrderBody = named('Order', z.extend(OrderSummary, { ucp: Ucp, timeline: z.array(TimelineItem) }), {
  description: 'An order: the UCP order and, around it, what UCP has no place for. Money is in minor units.',
});

/** An order as lists carry it: one that is not valid UCP must not keep the others from being read. */
export function summarize(order: Order): z.infer<typeof OrderSummary> {
  return { ...membersOf(order), ucp: validateUcpOrder(order.ucp).length === 0 ? order.ucp : null };
}

/** An order with its timeline. One that is not valid UCP does not leave the hub: 500 `order_invalid`. */
export function present(order: Order, timeline: TimelineEntry[]): z.infer<typeof OrderBody> {
  const [problem] = validateUcpOrder(order.ucp);
  if (problem) {
    log.error('order is not valid UCP', { order: order.id, field: problem.field });
    throw new ApiError(500, 'order_invalid', `the order is not valid UCP: ${problem.description}`, problem.field);
  }
  return { ...membersOf(order), ucp: order.ucp, timeline };
}

/** What callers see; the hub's bookkeeping stays inside. */
const membersOf = (order: Order) => ({
  id: order.id,
  connection: order.connection,
  externalId: order.externalId,
  number: order.number,
  status: statusOf(order),
  placedAt: order.placedAt,
  paidAt: order.paidAt,
  buyer: order.buyer,
  shippingAddress: order.shippingAddress,
  taxIncluded: order.taxIncluded,
  shipBy: order.shipBy ?? null,
  late: isLate(order),
  fulfillments: order.fulfillments,
  deliveries: order.deliveries,
  receivedAt: order.receivedAt,
  updatedAt: order.updatedAt,
});

const EARLIEST = '2000-01-01T00:00:00.000Z';
const DAY_MS = 24 * 3600_000;
const isPlausible = (instant: string): boolean => instant >= EARLIEST && Date.parse(instant) <= Date.now() + DAY_MS;

const WebAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).check(z.maxLength(2048));

export const PostedFulfillment = named(
  'PostedFulfillment',
  z.strictObject({
    lineItems: doc(
      z.optional(
        z
          .array(z.strictObject({ id: z.string().check(z.minLength(1)), quantity: z.int().check(z.minimum(1)) }))
          .check(z.minLength(1), z.maxLength(1000)),
      ),
      { description: 'What the parcel holds; absent: everything that is left to be shipped.' },
    ),
    carrier: doc(
      z
        .string()
        .check(
          z.trim(),
          z.toLowerCase(),
          z.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected a carrier code such as dhl or inpost_locker'),
        ),
      { description: 'The canonical code, in any case.', example: 'dhl' },
    ),
    trackingNumber: z.string().check(z.trim(), z.minLength(1, 'must not be empty'), z.maxLength(200)),
    trackingUrl: z.optional(WebAddress),
    labelUrl: z.optional(WebAddress),
    shippedAt: doc(
      z.optional(Instant.check(z.refine(isPlausible, 'is before the year 2000 or more than a day ahead'))),
      { description: 'Absent: the time of receipt.' },
    ),
  }),
  {
    example: {
      lineItems: [{ id: 'li_1', quantity: 1 }],
      carrier: 'dhl',
      trackingNumber: 'JD014600003828881234',
      trackingUrl: 'https://tracking.example/JD014600003828881234',
      shippedAt: '2026-11-21T10:00:00Z',
    },
  },
);

const text = z.string().check(z.trim(), z.maxLength(200));
const patch = {
  first_name: text,
  last_name: text,
  company: text,
  street_address: text,
  extended_address: text,
  address_locality: text,
  address_region: text,
  postal_code: text,
  address_country: z
    .string()
    .check(z.trim(), z.toUpperCase(), z.regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 country code')),
  phone_number: text,
  email: z.union([z.literal(''), z.email()]),
} satisfies Record<keyof typeof Address.shape, z.ZodMiniType>;

export const AddressPatch = named(
  'AddressPatch',
  z.partial(z.strictObject(patch)).check(z.refine((address) => Object.keys(address).length > 0, 'names no member')),
  {
    description: 'The members to correct; the others stay as they are, a blank one is cleared.',
    example: { postal_code: '03940', address_locality: 'Ciudad de México' },
  },
);
