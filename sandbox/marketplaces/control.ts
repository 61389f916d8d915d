import type { FastifyInstance } from 'fastify';
import type { Base, Vendor } from './base.ts';
import { controlRefusal } from './refusal.ts';
import type { RequestLog } from './request-log.ts';

/** The part of the control surface that every sandbox has. */
export function serveControl(
  app: FastifyInstance,
  { base, vendor, log }: { base: Base; vendor: Vendor; log: RequestLog },
): void {
  const controls: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (method !== 'HEAD') controls.push(`${String(method)} ${url}`);
  });

  app.get('/', async () => ({
    marketplace: base.marketplace,
    ...vendor.summary(),
    requests: log.counts(),
    endpoints: base.endpoints,
    controls,
  }));

  app.get('/faults', async () => ({ faults: base.faults.list() }));
  app.post('/faults', async (request, reply) => reply.code(201).send({ fault: base.faults.add(request.body) }));
  app.delete('/faults', async (_request, reply) => {
    base.faults.clear();
    return reply.code(204).send();
  });
  app.delete<{ Params: { id: string } }>('/faults/:id', async (request, reply) => {
    if (!base.faults.remove(request.params.id)) throw controlRefusal(404, 'not_found', 'no such fault');
    return reply.code(204).send();
  });

  app.get('/requests', async () => ({ counts: log.counts(), requests: log.list() }));
  app.delete('/requests', async (_request, reply) => {
    log.clear();
    return reply.code(204).send();
  });

  app.get('/webhooks', async () => ({ webhooks: vendor.webhooks.list() }));
  app.post<{ Params: { id: string } }>('/webhooks/:id/resend', async (request, reply) => {
    if (!vendor.webhooks.resend(request.params.id)) throw controlRefusal(404, 'not_found', 'no such webhook');
    return reply.code(202).send({ resent: request.params.id });
  });

  app.post('/reset', async (_request, reply) => {
    base.store.clear();
    base.faults.clear();
    log.clear();
    vendor.onReset?.();
    return reply.code(204).send();
  });

  base.dialects.serve(app);
  vendor.control(app);
}
