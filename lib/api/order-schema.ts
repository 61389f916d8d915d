import {
  Address,
  Amounts,
  Buyer,
  Fulfillment,
  Line,
  OrderFacts,
  OrderStatus,
  OrderWhole,
  Payment,
} from '#lib/orders/order-schema';
import * as z from '#lib/platform/zod';
import type { UcpOrder } from '#lib/ucp/order';
import { doc, Instant, inOneLine, legible, named } from './kit/meta.ts';

export const OrderId = doc(z.string(), {
  description: 'Percent-encoded once.',
  example: 'scopio-main:ord_8f3a',
});

named('OrderStatus', OrderStatus, { description: 'Derived from the quantities of the line items.' });

named('Buyer', Buyer, { example: { first_name: 'Elena', last_name: 'Ruiz', email: 'elena@example.com' } });

named('Address', Address, {
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
  members: {
    address_country: { description: 'ISO 3166-1 alpha-2.', example: 'MX' },
  },
});

named('Fulfillment', Fulfillment, {
  example: {
    id: 'ful_0f1e2d3c4b5a69788796',
    by: 'erp',
    carrier: 'dhl',
    trackingNumber: 'JD014600003828881234',
    trackingUrl: 'https://tracking.example/JD014600003828881234',
    lineItems: [{ id: 'li_1', quantity: 1 }],
    shippedAt: '2026-11-21T10:00:00.000Z',
  },
  members: {
    by: 'The connection that shipped it, or `erp`.',
    carrier: 'A canonical code, or the shipper’s own name.',
  },
});

export const Ucp = named(
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

const TimelineEntry = named(
  'TimelineEntry',
  z.object({ at: z.iso.datetime(), type: z.string(), by: z.string(), detail: z.record(z.string(), z.unknown()) }),
  {
    example: {
      at: '2026-11-20T08:15:02.000Z',
      type: 'order.received',
      by: 'webhook',
      detail: { number: 'SC-1001', version: '2026-11-20T08:15:00.000Z' },
    },
  },
);

named('Payment', Payment, { example: { method: 'card', state: 'paid' } });

named('Amounts', Amounts, {
  description:
    'What the buyer pays for the order, in minor units of the currency: goods − discount + shipping + other = total, and + tax if prices do not include it.',
  example: { currency: 'PLN', goods: 10000, shipping: 2000, discount: 0, tax: 2244, other: 0, total: 12000 },
});

named('Line', Line, {
  description: 'A line in units and in minor units; what the source does not tell and nothing else implies is null.',
  members: {
    quantity: 'Units ordered: cancelled, shipped and open ones together.',
    placed: 'Units that are with a shipper who was asked for them, shipped ones included.',
    returned: 'Of the shipped units.',
    unitPrice: 'Of one unit, with and without tax.',
    tax: 'The rate in percent, the amount of the whole line.',
    discount: 'On the whole line, already taken off `total`.',
    total: 'The cost of the whole line, including tax where `taxIncluded`.',
    attributes: 'Personalization and other choices of the buyer.',
  },
});

export const OrderSummary = named(
  'OrderSummary',
  z.extend(z.extend(OrderFacts, OrderWhole.shape), {
    status: OrderStatus,
    shipBy: doc(z.nullable(z.iso.datetime()), {
      description: 'When it must ship, if the sales channel tells.',
    }),
    unreleased: doc(z.nullable(z.string()), {
      description:
        'Why it does not ship, and what would release it, in the words of its explanation; null if nothing holds it back.',
    }),
    late: doc(z.boolean(), { description: 'Units are left to ship although `shipBy` has passed.' }),
    ucp: doc(z.union([Ucp, z.null()]), { description: 'Null if it would not be valid: the order itself says why.' }),
  }),
  {
    description: 'An order in a list: without its timeline.',
    members: {
      id: { description: '`<connection>:<externalId>`.', example: 'scopio-main:ord_8f3a' },
      connection: { example: 'scopio-main' },
      externalId: { example: 'ord_8f3a' },
      number: { example: 'SC-1001' },
      deliveries: {
        description: 'Ids of its deliveries. A report of a parcel that went well is found by its id for 90 days.',
        example: ['dlv_5be1f6c2a9'],
      },
    },
  },
);
export type OrderSummary = z.infer<typeof OrderSummary>;

export const Order = named('Order', z.extend(OrderSummary, { ucp: Ucp, timeline: z.array(TimelineEntry) }), {
  description: 'An order: the UCP order and, around it, what UCP has no place for. Money is in minor units.',
});
export type Order = z.infer<typeof Order>;

const EARLIEST = '2000-01-01T00:00:00.000Z';
const DAY_MS = 24 * 3600_000;
const isPlausible = (instant: string): boolean => instant >= EARLIEST && Date.parse(instant) <= Date.now() + DAY_MS;

const WebAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).check(z.maxLength(2048));

/** Units of lines, as callers name them. */
export const LineItems = z
  .array(z.strictObject({ id: z.string().check(z.minLength(1)), quantity: z.int().check(z.minimum(1)) }))
  .check(z.minLength(1), z.maxLength(5000));

export const PostedFulfillment = named(
  'PostedFulfillment',
  z.strictObject({
    lineItems: doc(z.optional(LineItems), {
      description:
        'The content of the parcel; absent: everything you have left to ship, or, if none of the order is yours, everything that is left.',
    }),
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
    trackingNumber: z.string().check(z.trim(), z.minLength(1, 'must not be empty'), z.maxLength(200), inOneLine),
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

const text = z.string().check(z.trim(), z.maxLength(200), legible);
type Member = keyof typeof Address.shape;
const patch = {
  ...(Object.fromEntries(Object.keys(Address.shape).map((name) => [name, text])) as Record<Member, typeof text>),
  address_country: z
    .string()
    .check(z.trim(), z.toUpperCase(), z.regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 country code')),
  email: z.union([z.literal(''), z.email()]),
};

export const AddressPatch = named(
  'AddressPatch',
  z.partial(z.strictObject(patch)).check(z.refine((address) => Object.keys(address).length > 0, 'names no member')),
  {
    description: 'The members to correct; others stay as they are, and a blank one is cleared.',
    example: { postal_code: '03940', address_locality: 'Ciudad de México' },
  },
);
