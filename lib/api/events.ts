import { everyConnection, getConfiguration } from '#lib/connections/store';
import { getEvent, type InboundEvent, listEvents } from '#lib/inbound/event';
import * as z from '#lib/platform/zod';
import { errorResponses, notFound } from './kit/errors.ts';
import { listOf, optionalParam, paging, since } from './kit/lists.ts';
import { Timestamp, TraceId, traceIdOf } from './kit/members.ts';
import { doc, named } from './kit/meta.ts';
import { createRoute, json, Routes } from './kit/route.ts';

const State = named('InboundState', z.enum(['applied', 'duplicate', 'unreadable']));

const EventSummary = named(
  'InboundEvent',
  z.object({
    id: doc(z.string(), { example: 'evt_0a8f7f1c-3f0e-4a3c-9f55-5e8c5c1f7a10' }),
    connection: doc(z.string(), { example: 'scopio-main' }),
    topic: doc(z.string(), { example: 'order-paid' }),
    receivedBy: z.enum(['webhook', 'poll', 'fetch']),
    receivedAt: Timestamp,
    recordedAt: Timestamp,
    state: State,
    order: doc(z.nullable(z.string()), { description: 'The order it told of.', example: 'scopio-main:ord_8f3a' }),
    error: doc(z.nullable(z.object({ code: z.string(), description: z.string(), field: z.optional(z.string()) })), {
      description: 'Why it could not be read.',
      example: { code: 'unexpected_shape', description: 'total: is missing', field: 'total' },
    }),
    note: z.nullable(z.string()),
    traceId: TraceId,
    body: doc(z.optional(z.string()), { description: 'As it came. In lists only of what could not be read.' }),
    encoding: doc(z.optional(z.enum(['utf8', 'base64'])), { description: 'How `body` is written.' }),
  }),
);

const EventBody = named('InboundEventWithBody', z.required(EventSummary, { body: true, encoding: true }));

const listRoute = createRoute({
  method: 'get',
  path: '/events',
  tags: ['events'],
  summary: 'Lists inbound events, newest first',
  scope: 'ops',
  request: {
    query: z.strictObject({
      connection: doc(optionalParam(z.string()), { type: 'string' }),
      state: optionalParam(State),
      since: doc(since, { description: 'Received at or after this instant.' }),
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
  scope: 'ops',
  request: { params: z.object({ id: doc(z.string(), {}) }) },
  responses: { 200: json('The event.', EventBody), ...errorResponses(401, 403, 404, 500) },
});

export const routes = new Routes();

routes.add(listRoute, async (context) => {
  const { connection, ...filter } = context.req.valid('query');
  const connections = connection ? [connection] : everyConnection(await getConfiguration());
  const { items, cursor } = await listEvents({ connections, ...filter });
  return context.json({ events: items.map(summarize), ...(cursor && { cursor }) }, 200);
});

routes.add(getRoute, async (context) => {
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
