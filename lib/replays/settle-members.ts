import type { Delivery, DeliveryState } from '#lib/deliveries/delivery';
import type { Table } from '#lib/platform/table/table';
import { moveMember } from './members.ts';
import { findAll } from './release.ts';
import { isStopped, type Member, type Replay } from './replay.ts';
import { commitReplay } from './store.ts';

/** Two writes a member, and the replay's own: under the hundred of a transaction. */
const CHUNK = 45;

type Outcome = 'succeeded' | 'dead' | 'blocked';
interface Settled {
  member: Member;
  delivery: Delivery | undefined;
  outcome: Outcome;
}

/**
 * Counts the open members whose deliveries have settled. A canary stops at the first that failed again.
 * Returns the members still open; no replay when somebody else moved it on.
 */
export async function settleMembers(
  replay: Replay,
  open: readonly Member[],
  now: Date,
  table: Table,
): Promise<{ replay: Replay | undefined; open: Member[] }> {
  const deliveries = await findAll(open, table);
  const settled = open.flatMap((member) => {
    const delivery = deliveries.get(member.delivery);
    const outcome = outcomeOf(member, delivery);
    return outcome ? { member, delivery, outcome } : [];
  });
  const done = new Set(settled.map(({ member }) => member.delivery));
  let current: Replay | undefined = replay;
  for (let first = 0; current && first < settled.length; first += CHUNK) {
    const chunk = settled.slice(first, first + CHUNK);
    const moves = chunk.flatMap(({ member, outcome }) =>
      moveMember(replay.id, { ...member, outcome }, 'OPEN', 'DONE', now),
    );
    current = await commitReplay(current, countIn(current, chunk), now, moves, table);
  }
  return { replay: current, open: open.filter(({ delivery }) => !done.has(delivery)) };
}

const FINAL: ReadonlySet<DeliveryState> = new Set<Outcome>(['succeeded', 'dead', 'blocked']);

function outcomeOf({ releasedAt, was }: Member, delivery: Delivery | undefined): Outcome | undefined {
  if (!delivery) return 'dead';
  const { state } = delivery;
  // Somebody else's replay did it meanwhile.
  if (!releasedAt) return state === 'succeeded' && was !== 'succeeded' ? state : undefined;
  return FINAL.has(state) ? (state as Outcome) : undefined;
}

function countIn(replay: Replay, chunk: readonly Settled[]): Partial<Replay> {
  const count = (outcome: Outcome) => replay[outcome] + chunk.filter((each) => each.outcome === outcome).length;
  const relapsed = chunk.find(({ outcome }) => outcome !== 'succeeded');
  return {
    succeeded: count('succeeded'),
    dead: count('dead'),
    blocked: count('blocked'),
    ...(replay.canary &&
      relapsed &&
      !isStopped(replay) && {
        state: 'relapsed' as const,
        relapse: {
          delivery: relapsed.member.delivery,
          state: relapsed.outcome,
          cause: relapsed.delivery?.cause ?? null,
        },
      }),
  };
}
