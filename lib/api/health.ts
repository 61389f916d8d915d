import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiEnv } from './auth.ts';
import { json, Timestamp } from './list.ts';

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  tags: ['hub'],
  summary: 'Whether the hub answers',
  security: [],
  responses: { 200: json('It does.', z.object({ status: z.literal('ok'), time: Timestamp }).openapi('Health')) },
});

export const health = new OpenAPIHono<ApiEnv>();

health.openapi(healthRoute, (context) => context.json({ status: 'ok' as const, time: new Date().toISOString() }, 200));
