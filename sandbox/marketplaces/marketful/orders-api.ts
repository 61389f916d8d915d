import type { FastifyInstance } from 'fastify';
import type { Base } from '../base.ts';
import { Refusal } from '../refusal.ts';
import { authAnswers, authenticate, type Credentials, isBlank, parametersOf, refuse, wholeNumber } from './answers.ts';
import { readPlacement } from './placement.ts';
import type { Warehouse } from './warehouse.ts';

/** One call to `multicanal_api`, accepted or not. */
export interface PlacementCall {
  at: string;
  status: number;
  message: string;
  number: string | null;
  channel: string | null;
  body: unknown;
}

interface Parts {
  base: Base;
  credentials: Credentials;
  warehouse: Warehouse;
}

/** The endpoints about fulfillment orders and their shipment events. */
export function serveOrders(app: FastifyInstance, { base, credentials, warehouse }: Parts): void {
  const { dialects } = base;
  const calls = base.store.collection<PlacementCall>('placement-calls');
  const record = (status: number, message: string, body: Record<string, unknown>): void => {
    const { contact_info: about } = (body.order ?? {}) as { contact_info?: Record<string, unknown> };
    const text = (value: unknown): string | null => (isBlank(value) ? null : String(value));
    const call = {
      at: base.now().toISOString(),
      status,
      message,
      number: text(about?.num_orden),
      channel: text(about?.canal),
    };
    calls.put(String(base.store.next('calls')), { ...call, body });
  };

  const placing = { preHandler: authenticate(credentials, authAnswers.usual) };
  app.post('/shopi_orders/multicanal_api', placing, async (request) => {
    const body = parametersOf(request);
    try {
      const { id, num_orden, canal } = warehouse.accept(readPlacement(body, warehouse.orders()));
      record(200, 'Success', body);
      return dialects.speak(id, { message: 'Success', order: { id, num_orden, canal } });
    } catch (error) {
      if (error instanceof Refusal) record(error.status, (error.body as { message: string }).message, body);
      throw error;
    }
  });

  const reading = { preHandler: authenticate(credentials, authAnswers.orders) };
  app.get('/shopi_orders/get_orders', reading, async (request) => {
    const { canal, orden } = parametersOf(request);
    if (isBlank(canal) || isBlank(orden)) throw refuse([404, 'Canal y numero de orden deben existir']);
    const order = warehouse.orders().find((one) => one.canal === canal && one.num_orden === orden);
    if (!order) throw refuse([404, 'Orden no encontrada']);
    return { message: 'Success', orden: dialects.speak(order.id, order) };
  });

  const tracking = { preHandler: authenticate(credentials, authAnswers.events) };
  app.get('/shipment_events/get_events', tracking, async (request) => {
    const id = wholeNumber(parametersOf(request).order_id);
    if (id === null) throw refuse([404, 'order_id must be present']);
    const order = warehouse.orders().find((one) => one.id === id);
    // Without its last letter, as the document prints it.
    if (!order) throw refuse([404, 'Orden no encontrad']);
    return { message: 'Success', orden: dialects.speak(order.id, order) };
  });
}
