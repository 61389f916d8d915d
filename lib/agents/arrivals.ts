import type { Shape } from '#client/index';
import * as z from '#lib/platform/zod';
import { answerOf, cut, cutOrNull, Instant, say, ToolError, tool } from './tool.ts';

const MOST_EVENTS = 10;
const BODY_LETTERS = 4_000;

const connectionHealth = tool({
  name: 'connection_health',
  title: 'Show how the connections are',
  description:
    'Tells of each account at a marketplace whether it answers, when it was polled last and what broke the poll off, whether its webhooks still come, and which members of its bodies appeared or vanished within a week.',
  input: z.strictObject({ connection: say(z.exactOptional(z.string()), 'Only this one.') }),
  output: z.object({
    connections: z.array(
      z.object({
        ...{ id: z.string(), marketplace: z.string() },
        awaySince: say(Instant, 'Since when everything asked of it fails; its deliveries wait meanwhile.'),
        ...{ lastPolledAt: Instant, nextPollAt: Instant },
        lastError: say(z.nullable(z.string()), 'The code of what broke the last poll off.'),
        remark: say(z.nullable(z.string()), 'What the last poll found worth a person’s word.'),
        webhooks: say(
          z.nullable(z.string()),
          'Of the latest day: new orders that webhooks told of, and that polls had to find.',
        ),
        shape: z.object({ appeared: z.int(), vanished: z.int() }),
      }),
    ),
    removed: say(z.array(z.string()), 'Connections that were taken out while deliveries of theirs may wait.'),
  }),
  async run({ hub }, { connection }) {
    const hubs = await answerOf(hub.GET('/connections'));
    const asked = hubs.connections.filter(({ id }) => connection === undefined || id === connection);
    if (connection !== undefined && asked.length === 0) throw new ToolError(`there is no connection ${connection}`);
    const connections = asked.map(({ poll, misses: [latest], ...connection }) => ({
      ...{ ...connection, ...poll, remark: cutOrNull(poll.remark) },
      webhooks: latest ? `${latest.day}: ${latest.firstByWebhook} by webhook, ${latest.firstByPoll} by poll` : null,
    }));
    return { connections, removed: hubs.removed.map(({ id }) => id) };
  },
});

const Event = z.object({
  ...{ id: z.string(), connection: z.string(), topic: z.string(), receivedBy: z.string(), receivedAt: z.string() },
  state: say(z.string(), 'applied, duplicate or unreadable.'),
  order: z.nullable(z.string()),
  error: z.nullable(z.object({ code: z.string(), description: z.string(), field: z.nullable(z.string()) })),
  note: z.nullable(z.string()),
  body: say(
    z.exactOptional(z.string()),
    'Where one event was asked for: paths and types of what came, unless the key may see buyers.',
  ),
});

const eventOf = ({ body: _, error, note, ...event }: Shape<'InboundEvent'>) => ({
  ...{ ...event, note: cutOrNull(note) },
  error: error && { code: error.code, description: cut(error.description), field: error.field ?? null },
});

const showEvent = tool({
  name: 'show_event',
  title: 'Show what a marketplace sent',
  description:
    'Shows one inbound event with the error that kept it from being read, if any; without an id, the newest events that could not be read. preview_mapping then tells whether it could be read today.',
  input: z.strictObject({
    event: say(z.exactOptional(z.string()), 'An id that begins with evt_.'),
    connection: say(z.exactOptional(z.string()), 'Without an id: only of this connection.'),
  }),
  output: z.object({ events: z.array(Event) }),
  async run({ hub }, { event, connection }) {
    if (event === undefined) {
      const query = { state: 'unreadable' as const, limit: MOST_EVENTS, ...(connection && { connection }) };
      return { events: (await answerOf(hub.GET('/events', { params: { query } }))).events.map(eventOf) };
    }
    const found = await answerOf(hub.GET('/events/{id}', { params: { path: { id: event } } }));
    return { events: [{ ...eventOf(found), body: found.body.slice(0, BODY_LETTERS) }] };
  },
});

const previewMapping = tool({
  name: 'preview_mapping',
  title: 'Preview how an event would be read',
  description:
    'Runs a kept event through the present mapper and tells what would change and which deliveries would be opened. Nothing is applied: a person does that with `longshore remap`.',
  input: z.strictObject({ event: say(z.string(), 'An id that begins with evt_.') }),
  output: z.object({
    outcomes: z.array(
      z.object({
        ...{ event: z.string(), order: z.nullable(z.string()) },
        outcome: say(z.string(), 'created, changed, read, unreadable, conflict or missing.'),
        reads: say(z.nullable(z.string()), 'What it means: order, shipment, fetch, products or none.'),
        changes: z.array(z.object({ member: z.string(), from: z.string(), to: z.string() })),
        deliveries: z.array(z.string()),
        note: z.nullable(z.string()),
      }),
    ),
    unchanged: say(z.int(), 'Read just as it stands; not among the outcomes.'),
  }),
  async run({ hub }, { event }) {
    const remap = await answerOf(hub.POST('/remaps', { body: { filter: { event } } }));
    const outcomes = remap.outcomes.map(({ changes, deliveries, ...outcome }) => ({
      ...outcome,
      changes: changes.map(({ member, from, to }) => ({
        member,
        from: cut(JSON.stringify(from)),
        to: cut(JSON.stringify(to)),
      })),
      deliveries: deliveries.map(({ action, connection }) => `${action} at ${connection}`),
      note: cutOrNull(outcome.note),
    }));
    return { outcomes, unchanged: remap.unchanged };
  },
});

export const arrivalTools = [connectionHealth, showEvent, previewMapping];
