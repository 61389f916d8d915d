import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { closeDelivery, isClosable, takesRemoteId } from '#lib/deliveries/close';
import { getDelivery } from '#lib/deliveries/ledger';
import { type ApiEnv, guardedBy } from './auth.ts';
import { DeliveryId } from './deliveries.ts';
import { DeliveryBody, presentDelivery } from './delivery-schema.ts';
import { ApiError, errorResponses, notFound } from './errors.ts';
import { body, json } from './list.ts';
import { untilCommitted } from './until-committed.ts';

const Close = z
  .strictObject({
    reason: z.string().trim().min(1).max(500).openapi({ description: 'Kept on record beside who closed it.' }),
    remoteId: z.string().trim().min(1).max(200).optional().openapi({
      description:
        'The id that the marketplace gave it: later events find their order by it. Of a placement, or of a request about an order.',
    }),
  })
  .openapi('DeliveryClosing', { example: { reason: 'order 5021 stands in their panel', remoteId: '5021' } });

const route = createRoute({
  method: 'post',
  path: '/deliveries/{id}/close',
  tags: ['deliveries'],
  summary: 'Closes a dead or blocked delivery that a person found done',
  description:
    'It counts as succeeded without an attempt, with who said so and why, and what waited for it goes on: a placement is followed, pushes that come after it are rung. 409 `delivery_not_closable` for one that is neither dead nor blocked.',
  ...guardedBy('ops'),
  request: { params: z.object({ id: DeliveryId }), body: body(Close) },
  responses: {
    200: json('The delivery.', DeliveryBody),
    ...errorResponses(400, 401, 403, 404, 409, 413, 415, 500),
  },
});

export const closeDeliveries = new OpenAPIHono<ApiEnv>();

closeDeliveries.openapi(route, async (context) => {
  const word = { ...context.req.valid('json'), by: context.var.key.name };
  const { id } = context.req.valid('param');
  const closed = await untilCommitted(async () => {
    const delivery = await getDelivery(id);
    if (!delivery) throw notFound('delivery');
    if (!isClosable(delivery))
      throw new ApiError(
        409,
        'delivery_not_closable',
        `the delivery is ${delivery.state}: only dead and blocked ones are closed`,
      );
    if (word.remoteId !== undefined && !(await takesRemoteId(delivery)))
      throw new ApiError(400, 'invalid_request', 'remoteId: is for placements and requests about an order', 'remoteId');
    return closeDelivery(delivery, word);
  });
  return context.json(await presentDelivery(closed), 200);
});
