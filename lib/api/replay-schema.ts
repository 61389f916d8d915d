import * as z from '#lib/platform/zod';
import { countMembers } from '#lib/replays/members';
import { MAX_PER_MINUTE } from '#lib/replays/pace';
import { REPLAY_STATES, type Replay, STAGES, settledOf } from '#lib/replays/replay';
import { DeliveryBody, FilterBody, filterShape, presentFilter, State } from './delivery-schema.ts';
import { Reason, Timestamp } from './kit/members.ts';
import { doc, named } from './kit/meta.ts';

const Word = z.nullable(z.object({ by: z.string(), reason: z.nullable(z.string()), at: Timestamp }));

export const ReplayBody = named(
  'Replay',
  z.object({
    id: doc(z.string(), { example: 'rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' }),
    by: doc(z.string(), { description: "The API key's name.", example: 'operator' }),
    reason: z.nullable(z.string()),
    state: doc(z.enum(REPLAY_STATES), {
      description:
        '`collecting` finds its members, `running` releases them and waits for them; `relapsed` is a canary that met a failure; `interrupted` a dead-letter queue’s replay that was cut off.',
    }),
    // A nullable reference would promise an object all the same.
    filter: z.union([FilterBody, z.null()]),
    delivery: doc(z.nullable(z.string()), { description: 'The one delivery it is about.' }),
    queue: doc(z.nullable(z.string()), { description: 'The dead-letter queue it is about.' }),
    perMinute: z.int(),
    canary: z.boolean(),
    stage: doc(z.nullable(z.enum(STAGES)), { description: 'A canary’s stage: 1 delivery, then 10, then the rest.' }),
    matched: z.int(),
    waiting: doc(z.int(), { description: 'Not yet released.' }),
    released: doc(z.int(), { description: 'Given their fresh set of attempts.' }),
    pending: doc(z.int(), { description: 'Of the released, those that have not settled.' }),
    succeeded: z.int(),
    dead: z.int(),
    blocked: z.int(),
    relapse: doc(
      z.nullable(
        z.object({
          delivery: z.string(),
          state: State,
          cause: z.nullable(z.object({ code: z.string(), description: z.string() })),
        }),
      ),
      { description: 'What stopped a canary.' },
    ),
    cancelled: Word,
    resumed: Word,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    endedAt: doc(z.nullable(Timestamp), { description: 'When nothing of it was left to do or to wait for.' }),
  }),
);

/** A replay as callers see it; what is under way is counted now. */
export async function presentReplay(replay: Replay): Promise<z.infer<typeof ReplayBody>> {
  const pending = replay.endedAt === null ? await countMembers(replay.id, 'OPEN') : 0;
  const released = settledOf(replay) + pending;
  const { id, by, reason, state, delivery, queue, perMinute, canary, stage, matched } = replay;
  const { succeeded, dead, blocked, relapse, cancelled, resumed, createdAt, updatedAt, endedAt } = replay;
  return {
    ...{ id, by, reason, state, delivery, queue, perMinute, canary, stage, matched },
    ...{ waiting: Math.max(0, matched - released), released, pending, succeeded, dead, blocked },
    ...{ relapse, cancelled, resumed, createdAt, updatedAt, endedAt },
    filter: replay.filter && presentFilter(replay.filter),
  };
}

/** How long a request may bring a replay forward: API Gateway waits 29 seconds, and the sweeper does the rest. */
export const ADVANCE_MS = 10_000;

/** How many deliveries of a replay fall due each minute, unless asked otherwise. */
export const PER_MINUTE = 60;

export const Started = named(
  'ReplayStarted',
  z.object({
    replayId: doc(z.string(), { example: 'rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' }),
    matched: doc(z.int(), { description: 'So far, while `state` is `collecting`.' }),
    released: doc(z.int(), { description: 'So far: the clock goes on with the rest.' }),
    state: ReplayBody.shape.state,
  }),
);

export const DryRun = named(
  'ReplayDryRun',
  z.object({
    dryRun: z.literal(true),
    matched: z.int(),
    complete: doc(z.boolean(), { description: 'False when there are more than were counted.' }),
    leftOut: doc(z.int(), {
      description:
        'Matched but not replayed: nobody knows whether they happened, and nothing can be read back. Look, and replay each, or name the cause `outcome_unknown`.',
    }),
    sample: z.array(DeliveryBody).check(z.maxLength(5)),
    calls: doc(
      z.array(
        z.object({
          marketplace: z.string(),
          connection: z.string(),
          action: z.string(),
          count: z.int(),
          probedFirst: doc(z.int(), { description: 'Of these, read back before they are pushed.' }),
        }),
      ),
      { description: 'What the remotes would be asked to do.' },
    ),
  }),
);

export const FilteredReplay = named(
  'FilteredReplay',
  z.strictObject({
    filter: doc(z.strictObject(filterShape), {
      description: 'At least one member. Without `state` only dead and blocked deliveries are replayed.',
    }),
    dryRun: z._default(z.boolean(), false),
    perMinute: doc(z._default(z.int().check(z.minimum(1), z.maximum(MAX_PER_MINUTE)), PER_MINUTE), {
      description: 'How many fall due each minute.',
    }),
    canary: doc(z._default(z.boolean(), false), {
      description:
        '1 delivery, then 10, then the rest; each stage waits until its own have settled, and the first that is dead or blocked again stops it all.',
    }),
    reason: Reason,
  }),
  {
    example: { filter: { connection: 'scopio-main', cause: 'http_503' }, dryRun: true, perMinute: 60 },
  },
);

export async function presentStarted(replay: Replay): Promise<z.infer<typeof Started>> {
  const { id, matched, released, state } = await presentReplay(replay);
  return { replayId: id, matched, released, state };
}
