import type { Replay } from '#lib/api/replay-schema';
import { describeReplay } from './describe-replay.ts';
import { CliError } from './errors.ts';
import type { Session } from './session.ts';
import { watch } from './watch.ts';

/** Shows a replay until it ended. Fails when some of it did not succeed. */
export const watchReplay = (session: Session, id: string): Promise<void> =>
  watch<Replay>(session, {
    async look() {
      const replay = await session.api.get<Replay>(`/replays/${encodeURIComponent(id)}`);
      if (replay.endedAt !== null || replay.state === 'interrupted') return { done: replay };
      return { progress: describeProgress(replay) };
    },
    answer(replay) {
      session.answer(replay, () => describeReplay(session, replay));
      fail(replay);
    },
    goesOn: [
      `The replay goes on. Watch it: longshore replays show ${id} --watch`,
      `             Cancel it: longshore replays cancel ${id}`,
    ],
  });

function describeProgress({ id, state, stage, matched, waiting, pending, succeeded, dead, blocked }: Replay): string {
  const settled = succeeded + dead + blocked;
  const parts = [`${succeeded} succeeded`, dead && `${dead} dead`, blocked && `${blocked} blocked`];
  const open = [pending && `${pending} under way`, waiting && `${waiting} waiting`];
  const where = state === 'collecting' ? ', collecting' : stage ? `, canary: ${stage}` : '';
  return `${id}${where}  ${settled} of ${matched}: ${[...parts, ...open].filter(Boolean).join(', ')}`;
}

function fail({ id, state, dead, blocked, relapse }: Replay): void {
  if (relapse) throw new CliError(`${id} met a relapse and stopped: ${relapse.delivery} is ${relapse.state} again`);
  if (state === 'cancelled') throw new CliError(`${id} was cancelled`);
  if (dead + blocked > 0) throw new CliError(`${dead + blocked} did not succeed: longshore deliveries causes`);
}
