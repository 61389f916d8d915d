import { marketplaces } from '#lib/marketplaces/registry';
import * as z from '#lib/platform/zod';
import { webhookPath } from '#lib/webhooks/hub-urls';
import { errorResponses } from './kit/errors.ts';
import { named } from './kit/meta.ts';
import { json, type Route, Routes } from './kit/route.ts';

/** The routes of the hub itself: whether it answers, and the document of `listRoutes` and the webhooks. */
export function hubRoutes(listRoutes: () => Promise<Route[]>): Routes {
  let document: Record<string, unknown> | undefined;
  const routes = new Routes('hub');
  routes.add('GET /health', {
    summary: 'Whether the hub answers',
    scope: null,
    responses: {
      200: json('It does.', named('Health', z.object({ status: z.literal('ok'), time: z.iso.datetime() }))),
    },
    answer: () => ({ status: 'ok' as const, time: new Date().toISOString() }),
  });
  routes.add('GET /openapi.json', {
    summary: 'This document',
    scope: null,
    responses: { 200: json('OpenAPI 3.1.', z.record(z.string(), z.unknown())) },
    answer: async () => {
      const { describe } = await import('./kit/openapi.ts');
      const { changeWebhooks } = await import('./change-webhooks.ts');
      document ??= describe([...(await listRoutes()), ...webhookRoutes()], changeWebhooks);
      return document;
    },
  });
  return routes;
}

/** The marketplaces' webhook URLs, for the document only: other functions answer them. */
const webhookRoutes = (): Route[] =>
  marketplaces
    .filter(({ topics }) => topics.length > 0)
    .map((info) => ({
      method: 'post',
      path: webhookPath(info, '{connectionId}', '{topic}'),
      tags: ['webhooks'],
      summary: `What ${info.title} posts`,
      description: `For ${info.title} only, which proves itself by its own means: an API key is neither wanted nor enough. An unknown connection or topic and a bad signature or secret all look the same.`,
      scope: null,
      request: {
        params: z.object({
          connectionId: z.string(),
          topic: z.enum(info.topics),
          ...(info.secretInUrl && { secret: z.string() }),
        }),
        body: { required: true, description: "As the marketplace's own documents describe it.", schema: z.unknown() },
      },
      responses: { 200: { description: 'Kept. It is worked on later.' }, ...errorResponses(400, 401, 413) },
    }));
