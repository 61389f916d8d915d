import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type DeadLetter, listDeadLetters, sources } from '#lib/replays/dead-letters';
import { fateOf, redrive } from '#lib/replays/redrive';
import { type ApiEnv, guardedBy } from './auth.ts';
import { State } from './delivery-schema.ts';
import { errorResponses } from './errors.ts';
import { body, json, optionalParam, Timestamp } from './list.ts';
import { Reason } from './replay-schema.ts';

/** API Gateway waits 29 seconds. */
const MAX_MS = 12_000;
const MAX_LISTED = 100;
const MAX_MOVED = 1_000;
const MAX_BODY = 2_000;

const [first = '', ...others] = sources.keys();
const Queue = z.enum([first, ...others]).openapi('DeadLetterQueue', { example: 'inbound-dead-letters' });

const DeadLetterBody = z
  .object({
    queue: Queue,
    source: z.string().openapi({ description: 'The queue it came from.', example: 'inbound' }),
    id: z.string().openapi({ description: "The message's id." }),
    kind: z.enum(['crashed', 'died']).openapi({
      description:
        '`crashed`: its function failed on it again and again, which is a bug; `died`: only tells of a dead delivery.',
    }),
    sentAt: Timestamp,
    receives: z.number().int().openapi({ description: 'How often it was received, looks included.' }),
    delivery: z
      .object({
        id: z.string(),
        state: State,
        cause: z.object({ code: z.string(), description: z.string() }).nullable(),
      })
      .nullable()
      .openapi({ description: 'The delivery it names, as it is now.' }),
    event: z
      .object({
        id: z.string(),
        connection: z.string(),
        topic: z.string(),
        receivedBy: z.enum(['webhook', 'poll', 'fetch']),
        receivedAt: Timestamp,
      })
      .nullable()
      .openapi({ description: 'The inbound event it holds.' }),
    body: z.string().optional().openapi({ description: 'What crashed the function, cut after 2,000 characters.' }),
  })
  .openapi('DeadLetter');

const Totals = z.object({
  queue: Queue,
  total: z.number().int().openapi({ description: 'About how many lie there.' }),
  complete: z.boolean().openapi({ description: 'Whether all of them are shown.' }),
});

const listRoute = createRoute({
  method: 'get',
  path: '/dead-letters',
  tags: ['replays'],
  summary: 'Lists what lies in the dead-letter queues',
  description:
    'Nothing is taken out. While one look lasts, another may see fewer messages. Without `queue`, up to 20 of each.',
  ...guardedBy('ops'),
  request: { query: z.strictObject({ queue: optionalParam(Queue) }) },
  responses: {
    200: json('What lies there.', z.object({ deadLetters: z.array(DeadLetterBody), queues: z.array(Totals) })),
    ...errorResponses(400, 401, 403, 500),
  },
});

const Redrive = z
  .strictObject({ queue: Queue, dryRun: z.boolean().default(false), reason: Reason })
  .openapi('DeadLetterReplay');

const counts = {
  moved: z.number().int().openapi({ description: 'Crashed ones: back to the queue they came from.' }),
  dropped: z.number().int().openapi({ description: 'Those of deliveries that are no longer dead.' }),
  kept: z.number().int().openapi({ description: 'Those of deliveries that are dead: replay the deliveries.' }),
  complete: z.boolean().openapi({ description: 'False when there are more: ask again for the rest.' }),
};

const replayRoute = createRoute({
  method: 'post',
  path: '/dead-letters/replay',
  tags: ['replays'],
  summary: 'Sends messages that crashed a function back to their queue',
  ...guardedBy('ops'),
  request: { body: body(Redrive) },
  responses: {
    200: json(
      'A dry run: nothing was moved.',
      z.object({ dryRun: z.literal(true), queue: Queue, ...counts, sample: z.array(DeadLetterBody).max(5) }),
    ),
    202: json('Done, and on record.', z.object({ replayId: z.string(), queue: Queue, ...counts })),
    ...errorResponses(400, 401, 403, 413, 415, 500),
  },
});

export const deadLetters = new OpenAPIHono<ApiEnv>();

deadLetters.openapi(listRoute, async (context) => {
  const { queue } = context.req.valid('query');
  const names = queue ? [queue] : [...sources.keys()];
  const deadline = Date.now() + MAX_MS;
  const max = queue ? MAX_LISTED : MAX_LISTED / 5;
  const found = await Promise.all(
    names.map(async (name) => ({ queue: name, ...(await listDeadLetters(name, max, deadline)) })),
  );
  const queues = found.map(({ queue: name, total, complete }) => ({ queue: name, total, complete }));
  return context.json({ deadLetters: found.flatMap(({ letters }) => letters.map(present)), queues }, 200);
});

deadLetters.openapi(replayRoute, async (context) => {
  const { queue, dryRun, reason = null } = context.req.valid('json');
  const deadline = Date.now() + MAX_MS;
  if (dryRun) {
    const { letters, complete } = await listDeadLetters(queue, MAX_MOVED, deadline);
    const fates = letters.map(fateOf);
    const [moved = 0, dropped = 0, kept = 0] = (['moved', 'dropped', 'kept'] as const).map(
      (fate) => fates.filter((each) => each === fate).length,
    );
    const sample = letters.slice(0, 5).map(present);
    return context.json({ dryRun: true as const, queue, moved, dropped, kept, complete, sample }, 200);
  }
  const by = context.var.key.name;
  const { replay, ...done } = await redrive(queue, { by, reason }, { max: MAX_MOVED, deadline });
  return context.json({ replayId: replay.id, queue, ...done }, 202);
});

function present({ queue, kind, delivery, event, message }: DeadLetter): z.infer<typeof DeadLetterBody> {
  const { id, sentAt, receives, body: text } = message;
  return {
    ...{ queue, source: sources.get(queue) ?? '', id, kind, sentAt, receives, delivery, event },
    ...(kind === 'crashed' && { body: text.slice(0, MAX_BODY) }),
  };
}
