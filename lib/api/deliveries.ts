import { getDelivery } from '#lib/deliveries/ledger';
import { listDeliveries } from '#lib/deliveries/list';
import * as z from '#lib/platform/zod';
import { DeliveryBody, filterShape, presentDeliveries, presentDelivery } from './delivery-schema.ts';
import { doc } from './documented.ts';
import { errorResponses, notFound } from './errors.ts';
import { json, late, listOf, paging } from './list.ts';
import { createRoute, Routes } from './routes.ts';

export const DeliveryId = doc(z.string(), { example: 'dlv_5be1f6c2a93d70418f26' });

const listRoute = createRoute({
  method: 'get',
  path: '/deliveries',
  tags: ['deliveries'],
  summary: 'Lists deliveries, newest first',
  scope: 'ops',
  request: { query: z.strictObject({ ...filterShape, late, ...paging }) },
  responses: {
    200: json('A page of deliveries with their attempts.', listOf('deliveries', DeliveryBody)),
    ...errorResponses(400, 401, 403, 500),
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/deliveries/{id}',
  tags: ['deliveries'],
  summary: 'A delivery with its attempts',
  scope: 'ops',
  request: { params: z.object({ id: DeliveryId }) },
  responses: { 200: json('The delivery.', DeliveryBody), ...errorResponses(401, 403, 404, 500) },
});

export const routes = new Routes();

routes.add(listRoute, async (context) => {
  const { items, cursor } = await listDeliveries(context.req.valid('query'));
  return context.json({ deliveries: await presentDeliveries(items), ...(cursor && { cursor }) }, 200);
});

routes.add(getRoute, async (context) => {
  const delivery = await getDelivery(context.req.valid('param').id);
  if (!delivery) throw notFound('delivery');
  return context.json(await presentDelivery(delivery), 200);
});
