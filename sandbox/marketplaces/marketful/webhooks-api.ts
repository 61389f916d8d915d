import type { FastifyInstance } from 'fastify';
import { authAnswers, authenticate, type Credentials, parametersOf, refuse, wholeNumber } from './answers.ts';
import type { Registry } from './registry.ts';

interface Parts {
  credentials: Credentials;
  registry: Registry;
}

/** The endpoints of the webhook registry. */
export function serveWebhooks(app: FastifyInstance, { credentials, registry }: Parts): void {
  const known = { preHandler: authenticate(credentials, authAnswers.webhooks) };

  // GET /webhooks/consultar
  app.get('/webhooks/consultar', known, async () => ({ message: 'Success', webhooks: registry.list() }));

  // POST /webhooks/crear
  app.post('/webhooks/crear', known, async (request) => {
    const { url, tipo } = parametersOf(request);
    return { message: 'Success', webhook: registry.create(url, tipo) };
  });

  // POST /webhooks/eliminar
  app.post('/webhooks/eliminar', known, async (request) => {
    const id = wholeNumber(parametersOf(request).webhook_id);
    if (id === null) throw refuse([404, 'Parametro webhook_id no esta presente o esta en un formato invalido']);
    registry.remove(id);
    return { message: 'Success' };
  });
}
