import { z } from '@hono/zod-openapi';
import type { DeliveryFilter } from '#lib/deliveries/list';
import { countMembers } from '#lib/replays/members';
import { REPLAY_STATES, type Replay, STAGES, settledOf } from '#lib/replays/replay';
import { Kind, State } from './delivery-schema.ts';
import { Timestamp } from './list.ts';

export const Reason = z
  .string()
  .trim()
  .max(500)
  .optional()
  .openapi({ description: 'Kept on record beside who asked.' });

/** A filter as it is kept and shown; what callers send is read more strictly. */
export const FilterBody = z
  .object({
    state: State.optional(),
    kind: Kind.optional(),
    connection: z.string().optional(),
    marketplace: z.string().optional(),
    action: z.string().optional(),
    order: z.string().optional(),
    cause: z.string().optional(),
    message: z.string().optional(),
    since: Timestamp.optional(),
    until: Timestamp.optional(),
  })
  .openapi('DeliveryFilter');

const Word = z.object({ by: z.string(), reason: z.string().nullable(), at: Timestamp }).nullable();

export const ReplayBody = z
  .object({
    id: z.string().openapi({ example: 'rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' }),
    by: z.string().openapi({ description: "The API key's name.", example: 'operator' }),
    reason: z.string().nullable(),
    state: z.enum(REPLAY_STATES).openapi({
      description:
        '`collecting` finds its members, `running` releases them and waits for them; `relapsed` is a canary that met a failure; `interrupted` a dead-letter queue’s replay that was cut off.',
    }),
    // A nullable reference would promise an object all the same.
    filter: z.union([FilterBody, z.null()]),
    delivery: z.string().nullable().openapi({ description: 'The one delivery it is about.' }),
    queue: z.string().nullable().openapi({ description: 'The dead-letter queue it is about.' }),
    perMinute: z.number().int(),
    canary: z.boolean(),
    stage: z.enum(STAGES).nullable().openapi({ description: 'A canary’s stage: 1 delivery, then 10, then the rest.' }),
    matched: z.number().int(),
    waiting: z.number().int().openapi({ description: 'Not yet released.' }),
    released: z.number().int().openapi({ description: 'Given their fresh set of attempts.' }),
    pending: z.number().int().openapi({ description: 'Of the released, those that have not settled.' }),
    succeeded: z.number().int(),
    dead: z.number().int(),
    blocked: z.number().int(),
    relapse: z
      .object({
        delivery: z.string(),
        state: State,
        cause: z.object({ code: z.string(), description: z.string() }).nullable(),
      })
      .nullable()
      .openapi({ description: 'What stopped a canary.' }),
    cancelled: Word,
    resumed: Word,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    endedAt: Timestamp.nullable().openapi({ description: 'When nothing of it was left to do or to wait for.' }),
  })
  .openapi('Replay');

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
