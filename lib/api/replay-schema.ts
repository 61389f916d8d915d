import * as z from '#lib/platform/zod';
import { countMembers } from '#lib/replays/members';
import { type Replay as StoredReplay, settledOf } from '#lib/replays/replay';
import { Call, ReplayFacts } from '#lib/replays/replay-schema';
import { MAX_PER_MINUTE } from '#lib/replays/schedule';
import { Delivery, filterShape } from './delivery-schema.ts';
import { doc, metadata, named, pick, Reason } from './kit/meta.ts';

export const Replay = named(
  'Replay',
  z.extend(ReplayFacts, {
    waiting: doc(z.int(), { description: 'Not yet released.' }),
    released: doc(z.int(), { description: 'Given their fresh set of attempts.' }),
    pending: doc(z.int(), { description: 'Released and not yet settled.' }),
  }),
  {
    members: {
      id: { example: 'rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' },
      by: { description: "The API key's name.", example: 'operator' },
      state:
        '`collecting`: finding its members; `running`: releasing them and waiting for them; `relapsed`: a canary that met a failure; `interrupted`: a dead-letter queue’s replay that was cut off.',
      delivery: 'The one delivery it is about.',
      queue: 'The dead-letter queue it is about.',
      stage: 'A canary’s stage: 1 delivery, then 10, then the rest.',
      relapse: 'What stopped a canary.',
      endedAt: 'When nothing of it was left to do or to wait for.',
    },
  },
);
export type Replay = z.infer<typeof Replay>;

/** A replay as the API shows it; what is under way is counted now. */
export async function presentReplay(replay: StoredReplay): Promise<Replay> {
  const pending = replay.endedAt === null ? await countMembers(replay.id, 'OPEN') : 0;
  const released = settledOf(replay) + pending;
  return { ...pick(ReplayFacts, replay), waiting: Math.max(0, replay.matched - released), released, pending };
}

/** How long a request may advance a replay: API Gateway waits 29 seconds, and the sweeper does the rest. */
export const ADVANCE_MS = 10_000;

/** How many deliveries of a replay fall due each minute by default. */
export const PER_MINUTE = 60;

export const ReplayStarted = named(
  'ReplayStarted',
  z.object({
    replayId: doc(z.string(), { example: 'rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' }),
    matched: doc(z.int(), { description: 'So far, while `state` is `collecting`.' }),
    released: doc(z.int(), { description: 'So far: the sweeper continues with the rest.' }),
    state: Replay.shape.state,
  }),
);
export type ReplayStarted = z.infer<typeof ReplayStarted>;

metadata.add(Call.shape.probedFirst, { description: 'How many of these are probed before they are pushed.' });

export const ReplayDryRun = named(
  'ReplayDryRun',
  z.object({
    dryRun: z.literal(true),
    matched: z.int(),
    complete: doc(z.boolean(), { description: 'False when there are more than were counted.' }),
    leftOut: doc(z.int(), {
      description:
        'Matched but not replayed: nobody knows whether they succeeded, and nothing can be read back. Look, then replay each, or name the cause `outcome_unknown`.',
    }),
    digest: doc(z.string(), {
      description: 'Stands for the matched deliveries as they are: send it as `expect` to replay exactly these.',
    }),
    sample: z.array(Delivery).check(z.maxLength(5)),
    calls: doc(z.array(Call), { description: 'What the remotes would be asked to do.' }),
  }),
);
export type ReplayDryRun = z.infer<typeof ReplayDryRun>;

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
        '1 delivery, then 10, then the rest; each stage waits until its deliveries have settled, and the first that is dead or blocked again stops the replay.',
    }),
    expect: doc(z.optional(z.string().check(z.maxLength(64))), {
      description: 'The `digest` of a dry run: 409 `matched_changed` if the filter matches anything else by now.',
    }),
    reason: Reason,
  }),
  {
    example: { filter: { connection: 'scopio-main', cause: 'http_503' }, dryRun: true, perMinute: 60 },
  },
);

export async function presentStarted(replay: StoredReplay): Promise<ReplayStarted> {
  const { id, matched, released, state } = await presentReplay(replay);
  return { replayId: id, matched, released, state };
}
