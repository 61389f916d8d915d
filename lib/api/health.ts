import * as z from '#lib/platform/zod';
import { named } from './documented.ts';
import { json, Timestamp } from './list.ts';
import { createRoute, Routes } from './routes.ts';

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  tags: ['hub'],
  summary: 'Whether the hub answers',
  scope: null,
  responses: { 200: json('It does.', named('Health', z.object({ status: z.literal('ok'), time: Timestamp }))) },
});

export const routes = new Routes();

routes.add(healthRoute, (context) => context.json({ status: 'ok' as const, time: new Date().toISOString() }, 200));
