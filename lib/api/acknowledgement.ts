import { getNetwork } from '#lib/marketplaces/network';
import { acknowledge } from '#lib/orders/acknowledge';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { doc } from './kit/meta.ts';
import { body, createRoute, json, type Routes } from './kit/route.ts';
import { Order, OrderId, showOrder } from './order-schema.ts';

const acknowledgeRoute = createRoute({
  method: 'put',
  path: '/orders/{id}/acknowledgement',
  tags: ['orders'],
  summary: 'Says that the seller’s own system has the order, and under which number',
  description: 'The number is searched by and stands on the timeline. Another number replaces it.',
  scope: 'fulfillments:write',
  request: {
    params: z.object({ id: OrderId }),
    body: body(
      z.strictObject({
        reference: doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(100)), { example: 'SO-1001' }),
      }),
    ),
  },
  responses: { 200: json('The order.', Order), ...errorResponses(404, 422) },
});

export const addAcknowledgement = (routes: Routes): void =>
  routes.add(acknowledgeRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { reference } = context.req.valid('json');
    const order = await acknowledge(id, reference, context.var.key.name, await getNetwork());
    return context.json(await showOrder(order), 200);
  });
