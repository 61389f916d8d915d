import { randomUUID } from 'node:crypto';
import { getConfiguration } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { loadConnector } from '#lib/marketplaces/load';
import { getNetwork } from '#lib/marketplaces/network';
import { acknowledge, postReturn, postRoute, type ReturnAnswer, restore } from '#lib/orders/by-hand';
import type { LineQuantity } from '#lib/orders/order';
import { Return } from '#lib/orders/order-schema';
import { externalIdsOf } from '#lib/orders/split';
import { getOrder } from '#lib/orders/store';
import { orNotFound, RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { idempotency, idempotencyHeader } from './kit/idempotency.ts';
import { doc, inOneLine, legible, named, Why } from './kit/meta.ts';
import { body, json, type Routes } from './kit/route.ts';
import { LineItems, Order, OrderId } from './order-schema.ts';
import { showOrder } from './present-order.ts';

named('Return', Return, {
  description: 'Units that came back.',
  members: {
    by: 'Who told of it: a connection, or `erp`.',
    refund: "What the buyer is paid back, in minor units of the order's currency.",
  },
});

const PostedReturn = named(
  'PostedReturn',
  z.strictObject({
    lineItems: LineItems,
    reason: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(500), legible)),
    refund: doc(z.optional(z.strictObject({ amount: z.int().check(z.minimum(0)) })), {
      description: "In minor units of the order's currency, positive.",
    }),
  }),
  { example: { lineItems: [{ id: 'li_1', quantity: 1 }], reason: 'Broken', refund: { amount: 3000 } } },
);

const Answer = z.object({ return: Return });

const PostedRoute = named(
  'PostedRoute',
  z.strictObject({
    lineItems: LineItems,
    to: doc(z.string().check(z.minLength(1)), { description: 'A connection that ships, or `erp`.', example: 'erp' }),
    reason: Why,
  }),
  { example: { lineItems: [{ id: 'li_1', quantity: 1 }], to: 'erp', reason: 'Sold out at the warehouse' } },
);

/** What may be done to an order once it exists. */
export function addAfterPlacement(routes: Routes): void {
  routes.add('POST /orders/{id}/returns', {
    summary: 'Reports goods that came back to the seller',
    description:
      'The sales channel is told if it can be. Without `Idempotency-Key` the same lines, reason and refund again are the same return. 422 `unknown_line_item`, `invalid_quantity`, `quantity_exceeded` (more than were shipped and have not come back), `idempotency_key_reused`.',
    scope: 'fulfillments:write',
    request: { params: z.object({ id: OrderId }), headers: idempotencyHeader, body: body(PostedReturn) },
    responses: {
      201: json('Added to the order.', Answer),
      200: json('The order had it already.', Answer),
      ...errorResponses(404, 422),
    },
    answer: async ({ params: { id }, headers: { 'idempotency-key': key }, body: posted, by, context }) => {
      const once = idempotency<ReturnAnswer>(by, key, [id, 'return', posted]);
      const { status, return: taken } = await postReturn(id, posted, { once, key, by }, await getNetwork());
      return context.json({ return: taken }, status);
    },
  });
  routes.add('POST /orders/{id}/route', {
    summary: 'Gives units that nobody has shipped to another shipper',
    description:
      'At once if nobody has been asked for them; otherwise when the present shipper has given them back: by a cancellation, or when the blocked `cancel` delivery is closed by hand. 409 `order_cancelled`; 422 `unknown_connection`, `not_a_shipper`, `unknown_line_item`, `invalid_quantity`, `quantity_exceeded` (shipped, or there already), `idempotency_key_reused`.',
    scope: 'ops',
    request: { params: z.object({ id: OrderId }), headers: idempotencyHeader, body: body(PostedRoute) },
    responses: { 200: json('The order.', Order), ...errorResponses(404, 409, 422) },
    answer: async ({ params: { id }, headers: { 'idempotency-key': key }, body: posted, by }) => {
      const once = idempotency<LineQuantity[]>(by, key, [id, 'route', posted]);
      await postRoute(id, posted, { once, by }, await getNetwork());
      return showOrder(orNotFound(await getOrder(id), 'order'));
    },
  });
  routes.add('POST /orders/{id}/restore', {
    summary: 'Takes up again an order that its sales channel cancelled',
    description:
      'For an order that the channel restored without dating it, or cancelled by mistake. What the channel says later counts: it may cancel the order again. 409 `order_not_cancelled`.',
    scope: 'ops',
    request: {
      params: z.object({ id: OrderId }),
      body: body(z.strictObject({ reason: Why })),
    },
    responses: { 200: json('The order.', Order), ...errorResponses(404, 409, 422) },
    answer: async ({ params: { id }, body: { reason }, by }) => {
      await restore(id, reason, by, await getNetwork());
      return showOrder(orNotFound(await getOrder(id), 'order'));
    },
  });
  routes.add('PUT /orders/{id}/acknowledgement', {
    summary: 'Notes the number under which the seller’s own system has the order',
    description: 'The order is found by this number, and its timeline shows it. Another number replaces it.',
    scope: 'fulfillments:write',
    request: {
      params: z.object({ id: OrderId }),
      body: body(
        z.strictObject({
          reference: doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(100), inOneLine), {
            example: 'SO-1001',
          }),
        }),
      ),
    },
    responses: { 200: json('The order.', Order), ...errorResponses(404, 422) },
    answer: async ({ params: { id }, body: { reference }, by }) =>
      showOrder(await acknowledge(id, reference, by, await getNetwork())),
  });
}

export const addRefresh = (routes: Routes): void =>
  routes.add('POST /orders/{id}/refresh', {
    summary: 'Reads an order again at the marketplace that sold it',
    description:
      'The result is applied like any event. 422 `refresh_unsupported` if the marketplace has no call that reads one order: its next poll reads what changed.',
    scope: 'ops',
    request: { params: z.object({ id: OrderId }) },
    responses: {
      202: json(
        'It is being read.',
        z.object({
          deliveries: doc(z.array(z.string()), { description: 'The fetches: one for each of its orders there.' }),
        }),
      ),
      ...errorResponses(404, 422),
    },
    answer: async ({ params }) => ({ deliveries: (await refreshOrder(params.id)).map(({ id }) => id) }),
  });

/** Opens the fetches that read an order anew. Throws NotFoundError, and RejectedError if nothing can read it. */
async function refreshOrder(id: string): Promise<Delivery[]> {
  const order = orNotFound(await getOrder(id), 'order');
  const connection = orNotFound((await getConfiguration()).connections.get(order.connection), 'connection');
  const { marketplace } = connection;
  const { info, actions } = await loadConnector(marketplace);
  if (!info.sells || !actions.fetches?.order)
    throw new RejectedError({
      code: 'refresh_unsupported',
      description: `${info.title} has no call that reads one order; longshore poll --connection ${connection.id} reads what changed`,
    });
  const at = new Date().toISOString();
  // One sale may be several orders there.
  const resources = new Set([order.externalId, ...externalIdsOf(order).values()]);
  const opened = [...resources].map((resource) =>
    openDelivery(
      {
        ...{ id: `dlv_${shortHash('refresh', randomUUID())}`, kind: 'fetch', action: 'order', marketplace },
        ...{ connection: connection.id, order: null, subject: { resource } },
      },
      at,
    ),
  );
  await transact(opened.map(putNewDelivery));
  await ring(opened);
  return opened;
}
