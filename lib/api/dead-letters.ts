import { DeliveryFacts } from '#lib/deliveries/delivery-schema';
import { InboundFacts } from '#lib/inbound/event-schema';
import * as z from '#lib/platform/zod';
import { fateOf, listDeadLetters, redrive, type DeadLetter as StoredLetter, sources } from '#lib/replays/dead-letters';
import { optionalParam } from './kit/lists.ts';
import { doc, named, Reason } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';

/** API Gateway waits 29 seconds. */
const MAX_MS = 12_000;
const MAX_LISTED = 100;
const MAX_MOVED = 1_000;
const MAX_BODY = 2_000;

const [first = '', ...others] = sources.keys();
const Queue = named('DeadLetterQueue', z.enum([first, ...others]), { example: 'inbound-dead-letters' });

export const DeadLetter = named(
  'DeadLetter',
  z.object({
    queue: Queue,
    source: doc(z.string(), { description: 'The queue it came from.', example: 'inbound' }),
    id: doc(z.string(), { description: "The message's id." }),
    kind: doc(z.enum(['crashed', 'died']), {
      description:
        '`crashed`: its function failed on it again and again, which is a bug; `died`: only tells of a dead delivery.',
    }),
    sentAt: z.iso.datetime(),
    receives: doc(z.int(), { description: 'How often it was received, including looks.' }),
    delivery: doc(z.nullable(z.pick(DeliveryFacts, { id: true, state: true, cause: true })), {
      description: 'The delivery it names, as it is now.',
    }),
    event: doc(
      z.nullable(z.pick(InboundFacts, { id: true, connection: true, topic: true, receivedBy: true, receivedAt: true })),
      { description: 'The inbound event it holds.' },
    ),
    body: doc(z.optional(z.string()), { description: 'What crashed the function, cut after 2,000 characters.' }),
  }),
);

export type DeadLetter = z.infer<typeof DeadLetter>;

const DeadLetters = z.object({
  deadLetters: z.array(DeadLetter),
  queues: z.array(
    z.object({
      queue: Queue,
      total: doc(z.int(), { description: 'About how many messages it has.' }),
      complete: doc(z.boolean(), { description: 'Whether all of them are shown.' }),
    }),
  ),
});
export type DeadLetters = z.infer<typeof DeadLetters>;

const Redrive = named(
  'DeadLetterReplay',
  z.strictObject({ queue: Queue, dryRun: z._default(z.boolean(), false), reason: Reason }),
);

const counts = {
  moved: doc(z.int(), { description: 'Crashed messages, sent back to the queue they came from.' }),
  dropped: doc(z.int(), { description: 'Messages whose deliveries are no longer dead.' }),
  kept: doc(z.int(), { description: 'Messages whose deliveries are dead: replay the deliveries.' }),
  complete: doc(z.boolean(), { description: 'False when there are more: ask again for the rest.' }),
};

const Counted = z.object({
  dryRun: z.literal(true),
  queue: Queue,
  ...counts,
  sample: z.array(DeadLetter).check(z.maxLength(5)),
});
const Redriven = z.object({ replayId: z.string(), queue: Queue, ...counts });
export type DeadLetterReplay = z.infer<typeof Counted> | z.infer<typeof Redriven>;

export const routes = new Routes('replays');

routes.add('GET /dead-letters', {
  summary: 'Lists the messages in the dead-letter queues',
  description: 'Nothing is removed. During one look another may see fewer messages. Without `queue`, up to 20 of each.',
  scope: 'ops',
  request: { query: z.strictObject({ queue: optionalParam(Queue) }) },
  responses: { 200: json('What lies there.', DeadLetters) },
  answer: async ({ query: { queue } }) => {
    const names = queue ? [queue] : [...sources.keys()];
    const deadline = Date.now() + MAX_MS;
    const max = queue ? MAX_LISTED : MAX_LISTED / 5;
    const found = await Promise.all(
      names.map(async (name) => ({ queue: name, ...(await listDeadLetters(name, max, deadline)) })),
    );
    const queues = found.map(({ queue: name, total, complete }) => ({ queue: name, total, complete }));
    return { deadLetters: found.flatMap(({ letters }) => letters.map(present)), queues };
  },
});

routes.add('POST /dead-letters/replay', {
  summary: 'Sends messages that crashed a function back to their queue',
  scope: 'ops',
  request: { body: body(Redrive) },
  responses: { 200: json('A dry run: nothing was moved.', Counted), 202: json('Done and recorded.', Redriven) },
  answer: async ({ body: { queue, dryRun, reason = null }, by, context }) => {
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
    const { replay, ...done } = await redrive(queue, { by, reason }, { max: MAX_MOVED, deadline });
    return context.json({ replayId: replay.id, queue, ...done }, 202);
  },
});

function present({ queue, kind, delivery, event, message }: StoredLetter): DeadLetter {
  const { id, sentAt, receives, body: text } = message;
  return {
    ...{ queue, source: sources.get(queue) ?? '', id, kind, sentAt, receives, delivery, event },
    ...(kind === 'crashed' && { body: text.slice(0, MAX_BODY) }),
  };
}
