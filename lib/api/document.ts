import * as z from '#lib/platform/zod';
import { allRoutes } from './areas.ts';
import { json } from './list.ts';
import { describe } from './openapi.ts';
import { createRoute, Routes } from './routes.ts';
import { webhookRoutes } from './webhook-paths.ts';

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['hub'],
  summary: 'This document',
  scope: null,
  responses: { 200: json('OpenAPI 3.1.', z.record(z.string(), z.unknown())) },
});

export const routes = new Routes();

let document: Record<string, unknown> | undefined;

routes.add(route, async (context) => {
  document ??= describe([...(await allRoutes()), ...webhookRoutes()]);
  return context.json(document, 200);
});
