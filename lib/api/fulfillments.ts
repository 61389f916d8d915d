import * as z from '#lib/platform/zod';
import { doc, named } from './documented.ts';
import { errorResponses } from './errors.ts';
import { idempotencyHeader } from './idempotency.ts';
import { body, Instant, json } from './list.ts';
import { Fulfillment } from './order-schema.ts';
import { OrderId } from './orders.ts';
import { postFulfillment } from './post-fulfillment.ts';
import { createRoute, Routes } from './routes.ts';

const EARLIEST = '2000-01-01T00:00:00.000Z';
const DAY_MS = 24 * 3600_000;
const isPlausible = (instant: string): boolean => instant >= EARLIEST && Date.parse(instant) <= Date.now() + DAY_MS;

const WebAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).check(z.maxLength(2048));

const PostedFulfillment = named(
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
export type PostedFulfillment = z.infer<typeof PostedFulfillment>;

const Answer = z.object({ fulfillment: Fulfillment });

const postRoute = createRoute({
  method: 'post',
  path: '/orders/{id}/fulfillments',
  tags: ['orders'],
  summary: 'Reports a parcel that the seller shipped',
  description:
    'Whoever sold the order is told. The same carrier, tracking number and lines again are the same fulfillment. 409 `order_cancelled`; 422 `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`, `idempotency_key_reused`.',
  scope: 'fulfillments:write',
  request: {
    params: z.object({ id: OrderId }),
    headers: idempotencyHeader,
    body: body(PostedFulfillment),
  },
  responses: {
    201: json('Added to the order.', Answer),
    200: json('The order had it already.', Answer),
    ...errorResponses(400, 401, 403, 404, 409, 413, 415, 422, 500),
  },
});

export const routes = new Routes();

routes.add(postRoute, async (context) => {
  const { status, fulfillment } = await postFulfillment({
    orderId: context.req.valid('param').id,
    posted: context.req.valid('json'),
    keyName: context.var.key.name,
    idempotencyKey: context.req.valid('header')['idempotency-key'],
  });
  return context.json({ fulfillment }, status);
});
