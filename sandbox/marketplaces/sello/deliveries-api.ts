import type { FastifyInstance } from 'fastify';
import { type Account, orderOf } from './account.ts';
import { bodyOf, refuse } from './answers.ts';
import { type Delivery, METHODS } from './order.ts';

/** The endpoints about the parcels of an order. */
export function serveDeliveries(app: FastifyInstance, { base, orders, recorded }: Account): void {
  app.get('/orders/:id/deliveries', async (request) => ({ deliveries: orderOf(request, orders).deliveries }));

  app.post(
    '/orders/:id/deliveries',
    recorded('delivery', async (request, reply) => {
      const order = orderOf(request, orders);
      const delivery = readDelivery(bodyOf(request));
      const { id, method } = delivery;
      const exists = order.deliveries.some((one) => one.id === id);
      const deliveries = exists
        ? order.deliveries.map((one) => (one.id === id ? delivery : one))
        : [...order.deliveries, delivery];
      orders.save({ ...order, deliveries }, { said: `Delivery ${id} (${method}) was added` });
      base.emit({ type: 'delivery.added', orderId: order.id });
      reply.code(201);
      return delivery;
    }),
  );

  app.delete<{ Params: { id: string; deliveryId: string } }>(
    '/orders/:id/deliveries/:deliveryId',
    recorded('delivery-removed', async (request, reply) => {
      const order = orderOf(request, orders);
      const { deliveryId } = request.params as { deliveryId: string };
      if (!order.deliveries.some(({ id }) => id === deliveryId)) throw refuse(404, 'No such delivery found');
      const deliveries = order.deliveries.filter(({ id }) => id !== deliveryId);
      orders.save({ ...order, deliveries }, { said: `Delivery ${deliveryId} was removed` });
      reply.code(204);
    }),
  );
}

function readDelivery({ id, method, documents = [] }: Record<string, unknown>): Delivery {
  if (typeof id !== 'string' || id.trim() === '') throw refuse(400, 'id is required');
  const known = METHODS.find((name) => name === method);
  if (!known) throw refuse(400, `method must be one of: ${METHODS.join(', ')}`);
  if (!Array.isArray(documents) || documents.some((url) => typeof url !== 'string'))
    throw refuse(400, 'documents must be an array of links');
  return { id, method: known, documents };
}
