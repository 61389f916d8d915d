import { z } from '@hono/zod-openapi';
import type { UcpOrder } from '#lib/ucp/order';
import { Timestamp } from './list.ts';

export const OrderStatus = z.enum(['open', 'partial', 'fulfilled', 'cancelled']).openapi('OrderStatus', {
  description: 'Derived from the quantities of the line items.',
});

const name = z.string().optional();

export const Buyer = z
  .object({ first_name: name, last_name: name, email: name, phone_number: name })
  .openapi('Buyer', { example: { first_name: 'Elena', last_name: 'Ruiz', email: 'elena@example.com' } });

export const Address = z
  .object({
    first_name: name,
    last_name: name,
    company: name,
    street_address: name,
    extended_address: name,
    address_locality: name,
    address_region: name,
    postal_code: name,
    address_country: name.openapi({ description: 'ISO 3166-1 alpha-2.', example: 'MX' }),
    phone_number: name,
    email: name,
  })
  .openapi('Address', {
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
  });

export const LineQuantity = z
  .object({ id: z.string(), quantity: z.number().int().min(1) })
  .openapi('LineQuantity', { example: { id: 'li_1', quantity: 1 } });

export const Fulfillment = z
  .object({
    id: z.string(),
    by: z.string().openapi({ description: 'The connection that shipped it, or `erp`.' }),
    carrier: z.string().openapi({ description: "A canonical code, or the shipper's own word." }),
    trackingNumber: z.string(),
    trackingUrl: z.string().optional(),
    labelUrl: z.string().optional(),
    lineItems: z.array(LineQuantity),
    shippedAt: Timestamp,
  })
  .openapi('Fulfillment', {
    example: {
      id: 'ful_0f1e2d3c4b5a69788796',
      by: 'erp',
      carrier: 'dhl',
      trackingNumber: 'JD014600003828881234',
      trackingUrl: 'https://tracking.example/JD014600003828881234',
      lineItems: [{ id: 'li_1', quantity: 1 }],
      shippedAt: '2026-11-21T10:00:00.000Z',
    },
  });

const Ucp = z
  .custom<UcpOrder>((value) => typeof value === 'object' && value !== null)
  .openapi('UcpOrder', {
    type: 'object',
    description: 'An order of the Universal Commerce Protocol, version 2026-04-08; valid against its schema.',
    externalDocs: { url: 'https://ucp.dev/schemas/shopping/order.json' },
    required: ['ucp', 'id', 'checkout_id', 'permalink_url', 'currency', 'line_items', 'fulfillment', 'totals'],
    additionalProperties: true,
  });

const TimelineItem = z
  .object({ at: Timestamp, type: z.string(), by: z.string(), detail: z.record(z.string(), z.unknown()) })
  .openapi('TimelineEntry', {
    example: {
      at: '2026-11-20T08:15:02.000Z',
      type: 'order.received',
      by: 'webhook',
      detail: { number: 'SC-1001', version: '2026-11-20T08:15:00.000Z' },
    },
  });

export const OrderSummary = z
  .object({
    id: z.string().openapi({ description: '`<connection>:<externalId>`.', example: 'scopio-main:ord_8f3a' }),
    connection: z.string().openapi({ example: 'scopio-main' }),
    externalId: z.string().openapi({ example: 'ord_8f3a' }),
    number: z.string().openapi({ example: 'SC-1001' }),
    status: OrderStatus,
    placedAt: Timestamp,
    paidAt: Timestamp.nullable(),
    buyer: Buyer,
    shippingAddress: Address,
    taxIncluded: z.boolean(),
    shipBy: Timestamp.nullable().openapi({ description: 'By when it must leave, where the sales channel says so.' }),
    late: z.boolean().openapi({ description: 'Units are left to ship although `shipBy` has passed.' }),
    ucp: z
      .union([Ucp, z.null()])
      .openapi({ description: 'Null where it would not be valid: the order itself says why.' }),
    fulfillments: z.array(Fulfillment),
    deliveries: z.array(z.string()).openapi({ description: 'Ids of its deliveries.', example: ['dlv_5be1f6c2a9'] }),
    receivedAt: Timestamp,
    updatedAt: Timestamp,
  })
  .openapi('OrderSummary', { description: 'An order as lists carry it: without its timeline.' });

export const OrderBody = OrderSummary.extend({ ucp: Ucp, timeline: z.array(TimelineItem) }).openapi('Order', {
  description: 'An order: the UCP order and, around it, what UCP has no place for. Money is in minor units.',
});
