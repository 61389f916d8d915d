import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { marketplaces } from '#lib/marketplaces/registry';
import { webhookPath } from '#lib/webhooks/hub-urls';
import type { ApiEnv } from './auth.ts';
import { errorResponses } from './errors.ts';

/** Describes the marketplaces' webhook URLs beside the API; other functions answer them. */
export function describeWebhooks({ openAPIRegistry }: OpenAPIHono<ApiEnv>): void {
  for (const info of marketplaces) {
    const [first, ...others] = info.topics;
    if (!first) continue;
    openAPIRegistry.registerPath({
      method: 'post',
      path: webhookPath(info, '{connectionId}', '{topic}'),
      tags: ['webhooks'],
      summary: `What ${info.title} posts`,
      description: `For ${info.title} only, which proves itself by its own means: an API key is neither wanted nor enough. An unknown connection or topic and a bad signature or secret all look the same.`,
      security: [],
      request: {
        params: z.object({
          connectionId: z.string(),
          topic: z.enum([first, ...others]),
          ...(info.secretInUrl && { secret: z.string() }),
        }),
        body: {
          required: true,
          description: "As the marketplace's own documents describe it.",
          content: { 'application/json': { schema: z.unknown() } },
        },
      },
      responses: {
        200: { description: 'Kept. It is worked on later.' },
        ...errorResponses(400, 401, 413),
      },
    });
  }
}
