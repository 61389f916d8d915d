import { type CauseGroup, groupCauses } from '#lib/deliveries/failures';
import * as z from '#lib/platform/zod';
import { DeliveryBody, presentDelivery } from './delivery-schema.ts';
import { doc, named } from './documented.ts';
import { errorResponses } from './errors.ts';
import { json, optionalParam, since, Timestamp } from './list.ts';
import { FilterBody, presentFilter } from './replay-schema.ts';
import { createRoute, Routes } from './routes.ts';

const Cause = named(
  'Cause',
  z.object({
    marketplace: doc(z.string(), { example: 'scopio' }),
    action: doc(z.string(), { example: 'fulfillment' }),
    state: z.enum(['dead', 'blocked']),
    code: doc(z.string(), { example: 'http_422' }),
    message: doc(z.string(), {
      description: 'What was said, with `…` for ids, numbers, quoted values and dates: one reason is one group.',
      example: 'order … cannot be fulfilled',
    }),
    count: z.int(),
    firstSeen: doc(Timestamp, { description: 'When the first of them failed.' }),
    lastSeen: Timestamp,
    sample: DeliveryBody,
    filter: doc(FilterBody, { description: 'Replays this group: the `filter` of POST /deliveries/replay.' }),
  }),
);

const causesRoute = createRoute({
  method: 'get',
  path: '/deliveries/causes',
  tags: ['deliveries'],
  summary: 'Groups dead and blocked deliveries by their cause, the largest group first',
  scope: 'ops',
  request: {
    query: z.strictObject({
      connection: doc(optionalParam(z.string()), { type: 'string' }),
      since: doc(since, { description: 'Only deliveries created at or after this instant.' }),
    }),
  },
  responses: {
    200: json(
      'The groups.',
      z.object({
        causes: z.array(Cause),
        looked: doc(z.int(), { description: 'How many deliveries were looked at, the newest first.' }),
        complete: doc(z.boolean(), {
          description:
            'False when there are more: the counts are of those looked at. Narrow by `connection` or `since`.',
        }),
      }),
    ),
    ...errorResponses(400, 401, 403, 500),
  },
});

export const routes = new Routes();

routes.add(causesRoute, async (context) => {
  const found = await groupCauses(context.req.valid('query'));
  return context.json({ ...found, causes: await Promise.all(found.causes.map(present)) }, 200);
});

const present = async ({ sample, filter, ...group }: CauseGroup): Promise<z.infer<typeof Cause>> => ({
  ...group,
  sample: await presentDelivery(sample),
  filter: presentFilter(filter),
});
