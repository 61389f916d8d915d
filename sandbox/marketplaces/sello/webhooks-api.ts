import type { FastifyInstance } from 'fastify';
import type { Account } from './account.ts';
import { bodyOf, parseBody } from './answers.ts';

/** The endpoints of the webhook registry. Their calls are not recorded: URLs hold their secret. */
export function serveWebhooks(app: FastifyInstance, { registry }: Account): void {
  app.get('/developers/webhooks', async () => registry.list());

  app.post('/developers/webhooks', async (request, reply) => reply.code(201).send(await registry.add(bodyOf(request))));

  app.put('/developers/webhooks', async (request, reply) => {
    await registry.replace(parseBody(request));
    return reply.send();
  });
}
