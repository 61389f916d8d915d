import * as z from '#lib/platform/zod';
import { DeliveryBody, presentDelivery } from './delivery-schema.ts';
import { doc } from './documented.ts';
import { errorResponses } from './errors.ts';
import { idempotencyHeader } from './idempotency.ts';
import { body, json } from './list.ts';
import { postRequest } from './post-request.ts';
import { createRoute, Routes } from './routes.ts';

const Input = doc(z.record(z.string(), z.unknown()), {
  description: 'As the `inputSchema` of this request says in `GET /connections`; unknown members are refused by name.',
  example: { items: [{ title: 'Red mug', list_price: 355, sku: 'MUG-RED', ean: '5901234123457' }] },
});

const postRoute = createRoute({
  method: 'post',
  path: '/connections/{id}/requests/{action}',
  tags: ['connections'],
  summary: 'Asks a marketplace for something',
  description:
    'An item, an entry order, a return: what a connection takes is in `GET /connections`. It is a delivery like any other: retried, probed, replayed. 404 `unknown_action` names the requests there are.',
  scope: 'ops',
  request: {
    params: z.object({
      id: doc(z.string(), { example: 'marketful-mx' }),
      action: doc(z.string(), { example: 'items-create' }),
    }),
    headers: idempotencyHeader,
    body: body(Input),
  },
  responses: {
    202: json('The delivery, which runs at once.', DeliveryBody),
    ...errorResponses(400, 401, 403, 404, 413, 415, 422, 500),
  },
});

export const routes = new Routes();

routes.add(postRoute, async (context) => {
  const { id, action } = context.req.valid('param');
  const delivery = await postRequest({
    connectionId: id,
    action,
    body: context.req.valid('json'),
    keyName: context.var.key.name,
    idempotencyKey: context.req.valid('header')['idempotency-key'],
  });
  return context.json(await presentDelivery(delivery), 202);
});
