import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { everyConnection, getConfiguration } from '#lib/connections/store';
import { getEvent, type InboundEvent, listEvents } from '#lib/inbound/event';
import { type ApiEnv, guardedBy } from './auth.ts';
import { errorResponses, notFound } from './errors.ts';
import { json, listOf, optionalParam, paging, since, Timestamp } from './list.ts';
import { TraceId, traceIdOf } from './trace-id.ts';

const State = z.enum(['applied', 'duplicate', 'unreadable']).openapi('InboundState');

const EventSummary = z
  .object({
    id: z.string().openapi({ example: 'evt_0a8f7f1c-3f0e-4a3c-9f55-5e8c5c1f7a10' }),
    connection: z.string().openapi({ example: 'scopio-main' }),
    topic: z.string().openapi({ example: 'order-paid' }),
    receivedBy: z.enum(['webhook', 'poll', 'fetch']),
    receivedAt: Timestamp,
    recordedAt: Timestamp,
    state: State,
    order: z.string().nullable().openapi({ description: 'The order it told of.', example: 'scopio-main:ord_8f3a' }),
    error: z
      .object({ code: z.string(), description: z.string(), field: z.string().optional() })
      .nullable()
      .openapi({
        description: 'Why it could not be read.',
        example: { code: 'unexpected_shape', description: 'total: is missing', field: 'total' },
      }),
    note: z.string().nullable(),
    traceId: TraceId,
    body: z.string().optional().openapi({ description: 'As it came. In lists only of what could not be read.' }),
    encoding: z.enum(['utf8', 'base64']).optional().openapi({ description: 'How `body` is written.' }),
  })
  .openapi('InboundEvent');

const EventBody = EventSummary.required({ body: true, encoding: true }).openapi('InboundEventWithBody');

const listRoute = createRoute({
  method: 'get',
  path: '/events',
  tags: ['events'],
  summary: 'Lists inbound events, newest first',
  ...guardedBy('ops'),
  request: {
    query: z.strictObject({
      connection: optionalParam(z.string()).openapi({ type: 'string' }),
      state: optionalParam(State),
      since: since.openapi({ description: 'Received at or after this instant.' }),
      ...paging,
    }),
  },
  responses: {
    200: json('A page of events.', listOf('events', EventSummary)),
    ...errorResponses(400, 401, 403, 500),
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/events/{id}',
  tags: ['events'],
  summary: 'An inbound event with its body',
  ...guardedBy('ops'),
  request: { params: z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) }) },
  responses: { 200: json('The event.', EventBody), ...errorResponses(401, 403, 404, 500) },
});

export const events = new OpenAPIHono<ApiEnv>();

events.openapi(listRoute, async (context) => {
  const { connection, ...filter } = context.req.valid('query');
  const connections = connection ? [connection] : everyConnection(await getConfiguration());
  const { items, cursor } = await listEvents({ connections, ...filter });
  return context.json({ events: items.map(summarize), ...(cursor && { cursor }) }, 200);
});

events.openapi(getRoute, async (context) => {
  const event = await getEvent(context.req.valid('param').id);
  if (!event) throw notFound('event');
  return context.json(present(event), 200);
});

const present = (event: InboundEvent): z.infer<typeof EventBody> => ({
  id: event.id,
  connection: event.connection,
  topic: event.topic,
  receivedBy: event.receivedBy,
  receivedAt: event.receivedAt,
  recordedAt: event.recordedAt,
  state: event.state,
  order: event.order,
  error: event.error,
  note: event.note,
  traceId: traceIdOf(event),
  body: event.body,
  encoding: event.encoding,
});

function summarize(event: InboundEvent): z.infer<typeof EventSummary> {
  const { body, encoding, ...rest } = present(event);
  return event.state === 'unreadable' ? { ...rest, body, encoding } : rest;
}
