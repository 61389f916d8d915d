import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type CauseGroup, groupCauses } from '#lib/deliveries/causes';
import { type ApiEnv, guardedBy } from './auth.ts';
import { DeliveryBody, presentDelivery } from './delivery-schema.ts';
import { errorResponses } from './errors.ts';
import { json, optionalParam, since, Timestamp } from './list.ts';
import { FilterBody, presentFilter } from './replay-schema.ts';

const Cause = z
  .object({
    marketplace: z.string().openapi({ example: 'scopio' }),
    action: z.string().openapi({ example: 'fulfillment' }),
    state: z.enum(['dead', 'blocked']),
    code: z.string().openapi({ example: 'http_422' }),
    message: z.string().openapi({
      description: 'What was said, with `…` for ids, numbers, quoted values and dates: one reason is one group.',
      example: 'order … cannot be fulfilled',
    }),
    count: z.number().int(),
    firstSeen: Timestamp.openapi({ description: 'When the first of them failed.' }),
    lastSeen: Timestamp,
    sample: DeliveryBody,
    filter: FilterBody.openapi({ description: 'Replays this group: the `filter` of POST /deliveries/replay.' }),
  })
  .openapi('Cause');

const causesRoute = createRoute({
  method: 'get',
  path: '/deliveries/causes',
  tags: ['deliveries'],
  summary: 'Groups dead and blocked deliveries by their cause, the largest group first',
  ...guardedBy('ops'),
  request: {
    query: z.strictObject({
      connection: optionalParam(z.string()).openapi({ type: 'string' }),
      since: since.openapi({ description: 'Only deliveries created at or after this instant.' }),
    }),
  },
  responses: {
    200: json(
      'The groups.',
      z.object({
        causes: z.array(Cause),
        looked: z.number().int().openapi({ description: 'How many deliveries were looked at, the newest first.' }),
        complete: z.boolean().openapi({
          description:
            'False when there are more: the counts are of those looked at. Narrow by `connection` or `since`.',
        }),
      }),
    ),
    ...errorResponses(400, 401, 403, 500),
  },
});

export const causes = new OpenAPIHono<ApiEnv>();

causes.openapi(causesRoute, async (context) => {
  const found = await groupCauses(context.req.valid('query'));
  return context.json({ ...found, causes: await Promise.all(found.causes.map(present)) }, 200);
});

const present = async ({ sample, filter, ...group }: CauseGroup): Promise<z.infer<typeof Cause>> => ({
  ...group,
  sample: await presentDelivery(sample),
  filter: presentFilter(filter),
});
