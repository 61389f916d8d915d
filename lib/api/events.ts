import { everyConnection, getConfiguration } from '#lib/connections/store';
import { getEvent, listEvents, type InboundEvent as StoredEvent, setAside } from '#lib/inbound/event';
import { InboundFacts, InboundState } from '#lib/inbound/event-schema';
import { recordAct } from '#lib/platform/audit';
import { orNotFound } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { ApiError, errorResponses, MAX_ANSWER_BYTES } from './kit/errors.ts';
import { listOf, optionalParam, paging, since, sizeOf, textParam } from './kit/lists.ts';
import { doc, named, pick, TraceId, traceIdOf, Why } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';

const State = named('InboundState', InboundState);

const Body = {
  body: doc(z.optional(z.string()), { description: 'As it came. In lists only for events that could not be read.' }),
  encoding: doc(z.optional(z.enum(['utf8', 'base64'])), { description: 'The encoding of `body`.' }),
};

const InboundEvent = named(
  'InboundEvent',
  z.object({
    ...InboundFacts.shape,
    traceId: TraceId,
    ...Body,
    bodyBytes: doc(z.optional(z.int()), { description: 'The length of the body, if only its beginning is shown.' }),
    named: doc(z.optional(z.object({ topic: z.string(), ...Body })), {
      description:
        'The webhook that only named something which was read at once: the event’s topic and body are from that read.',
    }),
  }),
  {
    members: {
      id: { example: 'evt_0a8f7f1c-3f0e-4a3c-9f55-5e8c5c1f7a10' },
      connection: { example: 'scopio-main' },
      topic: { example: 'order-paid' },
      order: { description: 'The order it told of.', example: 'scopio-main:ord_8f3a' },
      bodyTruncated:
        '`body` is only the beginning: with `bodyBytes` the event itself shows more; without it no more is kept, as the whole was too large, or its buyer was erased.',
      error: {
        description: 'Why it could not be read.',
        example: { code: 'unexpected_shape', description: 'total: is missing', field: 'total' },
      },
    },
  },
);
export type InboundEvent = z.infer<typeof InboundEvent>;

const EventWithBody = named('InboundEventWithBody', z.required(InboundEvent, { body: true, encoding: true }));

export const routes = new Routes('events');

routes.add('GET /events', {
  summary: 'Lists inbound events, newest first',
  description: 'With `state=unreadable`, events that somebody has set aside are left out.',
  scope: 'ops',
  request: {
    query: z.strictObject({
      connection: textParam(),
      state: optionalParam(State),
      since: doc(since, { description: 'Received at or after this instant.' }),
      ...paging,
    }),
  },
  responses: { 200: json('A page of events.', listOf('events', InboundEvent)) },
  answer: async ({ query: { connection, ...filter } }) => {
    const connections = connection ? [connection] : everyConnection(await getConfiguration());
    const isWaiting = filter.state === 'unreadable';
    const { items, cursor } = await listEvents({ connections, ...filter, isWaiting });
    return { events: items.map(presentListed), cursor };
  },
});

routes.add('GET /events/{id}', {
  summary: 'An inbound event with its body',
  scope: 'ops',
  request: { params: z.object({ id: doc(z.string(), {}) }) },
  responses: { 200: json('The event.', EventWithBody), ...errorResponses(404) },
  answer: async ({ params }) => presentEvent(orNotFound(await getEvent(params.id), 'event')),
});

routes.add('POST /events/{id}/reveal', {
  summary: 'The event with its body as it came, for a session of the console',
  description:
    'Other answers only show a session the paths and types of a body. Who looked is recorded in `GET /audit`.',
  scope: 'ops',
  reveals: true,
  request: { params: z.object({ id: doc(z.string(), {}) }) },
  responses: { 200: json('The event, unmasked.', EventWithBody), ...errorResponses(404) },
  answer: async ({ params, by }) => {
    const event = orNotFound(await getEvent(params.id), 'event');
    await recordAct({ act: 'event.revealed', about: event.id, by });
    return presentEvent(event);
  },
});

routes.add('POST /events/{id}/set-aside', {
  summary: 'Sets aside an event that could not be read and that nobody will correct',
  description:
    'It is no longer among `state=unreadable`; `setAside` says who decided that and why. Its body is kept as long as any, and `POST /remaps` still reads it. 409 `event_was_read` for one that could be read.',
  scope: 'ops',
  request: {
    params: z.object({ id: doc(z.string(), {}) }),
    body: body(z.strictObject({ reason: Why })),
  },
  responses: { 200: json('The event.', EventWithBody), ...errorResponses(404, 409) },
  answer: async ({ params, body: { reason }, by }) => {
    const event = orNotFound(await getEvent(params.id), 'event');
    const decision = { by, reason, at: new Date().toISOString() };
    if (!(await setAside(event, decision)))
      throw new ApiError(409, 'event_was_read', 'the event could be read: only unreadable ones are set aside');
    return presentEvent({ ...event, setAside: decision });
  },
});

/** A character is written with six bytes at most. */
const CUT_LENGTH = 600_000;
const LISTED_LENGTH = 4_000;

export function presentEvent(event: StoredEvent): z.infer<typeof EventWithBody> {
  const fits = sizeOf(event.body) <= MAX_ANSWER_BYTES;
  const { named } = event;
  return { ...factsOf(event), ...bodyOf(event, fits ? Number.POSITIVE_INFINITY : CUT_LENGTH), ...(named && { named }) };
}

export const presentListed = (event: StoredEvent): InboundEvent =>
  event.state === 'unreadable' ? { ...factsOf(event), ...bodyOf(event, LISTED_LENGTH) } : factsOf(event);

const factsOf = (event: StoredEvent) => ({
  ...{ ...pick(InboundFacts, event), traceId: traceIdOf(event) },
  ...(event.named && { named: { topic: event.named.topic } }),
});

const bodyOf = ({ body, encoding }: StoredEvent, length: number) => ({
  ...{ body: body.slice(0, length), encoding },
  ...(body.length > length && { bodyTruncated: true as const, bodyBytes: Buffer.byteLength(body, encoding) }),
});
