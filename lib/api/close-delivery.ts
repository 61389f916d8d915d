import { closeDelivery, isClosable, takesRemoteId } from '#lib/attempts/close';
import { getDelivery } from '#lib/deliveries/ledger';
import { untilCommitted } from '#lib/platform/table/until-committed';
import * as z from '#lib/platform/zod';
import { DeliveryId } from './deliveries.ts';
import { DeliveryBody, presentDelivery } from './delivery-schema.ts';
import { doc, named } from './documented.ts';
import { ApiError, errorResponses, notFound } from './errors.ts';
import { body, json } from './list.ts';
import { createRoute, Routes } from './routes.ts';

const Close = named(
  'DeliveryClosing',
  z.strictObject({
    reason: doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(500)), {
      description: 'Kept on record beside who closed it.',
    }),
    remoteId: doc(z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(200))), {
      description:
        'The id that the marketplace gave it: later events find their order by it. Of a placement, or of a request about an order.',
    }),
  }),
  { example: { reason: 'order 5021 stands in their panel', remoteId: '5021' } },
);

const route = createRoute({
  method: 'post',
  path: '/deliveries/{id}/close',
  tags: ['deliveries'],
  summary: 'Closes a dead or blocked delivery that a person found done',
  description:
    'It counts as succeeded without an attempt, with who said so and why, and what waited for it goes on: a placement is followed, pushes that come after it are rung. 409 `delivery_not_closable` for one that is neither dead nor blocked.',
  scope: 'ops',
  request: { params: z.object({ id: DeliveryId }), body: body(Close) },
  responses: {
    200: json('The delivery.', DeliveryBody),
    ...errorResponses(400, 401, 403, 404, 409, 413, 415, 500),
  },
});

export const routes = new Routes();

routes.add(route, async (context) => {
  const word = { ...context.req.valid('json'), by: context.var.key.name };
  const { id } = context.req.valid('param');
  const closed = await untilCommitted(`delivery ${id}`, async () => {
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
