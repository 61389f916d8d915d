import * as z from '#lib/platform/zod';
import { answerOf, cut, cutOrNull, Instant, say, tool } from './tool.ts';

const MOST_CAUSES = 20;
const LAST_ATTEMPTS = 5;

/** What selects deliveries, as list_causes returns it and preview_replay takes it. */
export const Filter = z.strictObject({
  state: z.exactOptional(z.enum(['dead', 'blocked'])),
  kind: z.exactOptional(z.enum(['fetch', 'push', 'notify'])),
  connection: z.exactOptional(z.string()),
  marketplace: z.exactOptional(z.string()),
  action: z.exactOptional(z.string()),
  order: z.exactOptional(z.string()),
  cause: say(z.exactOptional(z.string()), 'The cause’s code.'),
  message: z.exactOptional(z.string()),
  since: say(z.exactOptional(z.string()), 'Created at or after this instant.'),
  until: say(z.exactOptional(z.string()), 'Created at or before this instant.'),
});

const listCauses = tool({
  name: 'list_causes',
  title: 'List what stopped, by cause',
  description:
    'Groups all dead and blocked deliveries (what the hub could not tell a remote) by why they stopped, the largest group first. Start here when something is wrong and no order is named. Each group has a sample for show_delivery and the filter that preview_replay takes.',
  input: z.strictObject({
    connection: z.exactOptional(z.string()),
    since: say(z.exactOptional(z.string()), 'An instant in UTC: only deliveries created since.'),
  }),
  output: z.object({
    causes: z.array(
      z.object({
        ...{ code: z.string(), count: z.int(), state: z.string(), marketplace: z.string(), action: z.string() },
        ...{ firstSeen: z.string(), lastSeen: z.string() },
        message: say(z.string(), 'Often a remote’s own words, with … for what differs.'),
        sample: say(z.string(), 'The id of one of them.'),
        filter: Filter,
      }),
    ),
    complete: say(z.boolean(), 'False: only the newest were looked at.'),
  }),
  async run({ hub }, query) {
    const found = await answerOf(hub.GET('/deliveries/causes', { params: { query } }));
    const causes = found.causes.slice(0, MOST_CAUSES).map(({ sample, message, ...group }) => ({
      ...group,
      message: cut(message),
      sample: sample.id,
      filter: group.filter as z.infer<typeof Filter>,
    }));
    return { causes, complete: found.complete && found.causes.length <= MOST_CAUSES };
  },
});

const showDelivery = tool({
  name: 'show_delivery',
  title: 'Show a delivery',
  description:
    'Shows one delivery: what the hub does at a remote, in which state it is, why it stopped, what it waits for, and its last attempts with what the remote answered.',
  input: z.strictObject({ delivery: say(z.string(), 'An id that begins with dlv_.') }),
  output: z.object({
    ...{ id: z.string(), kind: z.string(), action: z.string(), connection: z.string(), order: z.nullable(z.string()) },
    state: say(z.string(), 'pending, leased, succeeded, dead (gave up) or blocked (a person must act).'),
    cause: z.nullable(z.object({ code: z.string(), description: z.string() })),
    waitsFor: say(z.nullable(z.string()), 'What has to change before a blocked one runs again by itself.'),
    createdAt: z.string(),
    nextAttemptAt: Instant,
    attemptCount: z.int(),
    attempts: z.array(
      z.object({
        ...{ number: z.int(), startedAt: z.string(), outcome: z.string() },
        ...{ httpStatus: z.nullable(z.int()), code: z.nullable(z.string()) },
        description: say(z.nullable(z.string()), 'The remote’s own words.'),
      }),
    ),
  }),
  async run({ hub }, { delivery: asked }) {
    const delivery = await answerOf(hub.GET('/deliveries/{id}', { params: { path: { id: asked } } }));
    const { cause } = delivery;
    return {
      ...delivery,
      cause: cause && { code: cause.code, description: cut(cause.description) },
      attempts: delivery.attempts.slice(-LAST_ATTEMPTS).map(({ httpStatus = null, code = null, ...attempt }) => ({
        ...attempt,
        httpStatus,
        code,
        description: cutOrNull(attempt.description),
      })),
    };
  },
});

export const deliveryTools = [listCauses, showDelivery];
