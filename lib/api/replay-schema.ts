import type { DeliveryFilter } from '#lib/deliveries/list';
import * as z from '#lib/platform/zod';
import { countMembers } from '#lib/replays/members';
import { REPLAY_STATES, type Replay, STAGES, settledOf } from '#lib/replays/replay';
import { Kind, State } from './delivery-schema.ts';
import { doc, named } from './documented.ts';
import { Timestamp } from './list.ts';

export const Reason = doc(z.optional(z.string().check(z.trim(), z.maxLength(500))), {
  description: 'Kept on record beside who asked.',
});

/** A filter as it is kept and shown; what callers send is read more strictly. */
export const FilterBody = named(
  'DeliveryFilter',
  z.object({
    state: z.optional(State),
    kind: z.optional(Kind),
    connection: z.optional(z.string()),
    marketplace: z.optional(z.string()),
    action: z.optional(z.string()),
    order: z.optional(z.string()),
    cause: z.optional(z.string()),
    message: z.optional(z.string()),
    since: z.optional(Timestamp),
    until: z.optional(Timestamp),
  }),
);

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

export function presentFilter(filter: DeliveryFilter): z.infer<typeof FilterBody> {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
