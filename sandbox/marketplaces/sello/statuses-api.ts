import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from './account.ts';
import { bodyOf, refuse } from './answers.ts';
import type { Status, Statuses } from './statuses.ts';

const FLAGS = ['is_paid', 'is_delivered', 'is_active', 'is_deleted'] as const;
const LONGEST_TITLE = 30;

/** The endpoints about the account's order statuses and its only marketplace. */
export function serveStatuses(app: FastifyInstance, { statuses, recorded }: Account): void {
  app.get('/integrations', async () => [
    { id: 4, market_id: 1, display_name: 'Tradera', status: 'active', type: 'marketplace', initials: 'TRAD' },
  ]);

  app.get('/status', async () => statuses.list());

  app.get('/status/:id', async (request) => statusOf(request, statuses));

  app.post(
    '/status',
    recorded('status-added', async (request, reply) => {
      reply.code(201);
      return statuses.add(check(bodyOf(request)));
    }),
  );

  app.put(
    '/status/:id',
    recorded('status', async (request) => {
      const { id, ...status } = statusOf(request, statuses);
      statuses.change({ id, ...check({ ...status, ...bodyOf(request) }) });
    }),
  );

  app.delete(
    '/status/:id',
    recorded('status-removed', async (request, reply) => {
      statuses.remove(statusOf(request, statuses).id);
      reply.code(204);
    }),
  );
}

function statusOf({ params }: FastifyRequest, statuses: Statuses): Status {
  const status = statuses.find((params as { id: string }).id);
  if (!status) throw refuse(404, 'No such status found');
  return status;
}

function check(given: Record<string, unknown>): Omit<Status, 'id'> {
  const { title, color } = given;
  if (typeof title !== 'string' || title === '' || title.length > LONGEST_TITLE)
    throw refuse(400, `title is required, at most ${LONGEST_TITLE} characters`);
  if (typeof color !== 'string' || !/^#[0-9a-f]{6}$/i.test(color)) throw refuse(400, 'color must be like #bfdabf');
  const flags = FLAGS.map((name) => {
    if (typeof given[name] !== 'boolean') throw refuse(400, `${name} must be a boolean`);
    return [name, given[name]];
  });
  return { title, color, ...(Object.fromEntries(flags) as Record<(typeof FLAGS)[number], boolean>) };
}
