import { marketplaces } from '#lib/marketplaces/registry';
import * as z from '#lib/platform/zod';
import { webhookPath } from '#lib/webhooks/hub-urls';
import { errorResponses } from './errors.ts';
import type { Route } from './routes.ts';

/** The marketplaces' webhook URLs, to be described beside the API; other functions answer them. */
export const webhookRoutes = (): Route[] =>
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
