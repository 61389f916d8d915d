import type { Replay } from '#lib/api/replay-schema';
import type { Command } from '../command.ts';
import { CliError, refusal } from '../errors.ts';
import { relativeTime } from '../format.ts';
import { reason, yes } from '../options.ts';
import type { Session } from '../session.ts';
import { type Column, renderFacts } from '../table.ts';
import { watch } from '../watch.ts';

const pathOf = (id: string): string => `/replays/${encodeURIComponent(id)}`;

export function addReplays(program: Command): void {
  const replays = program.command('replays').description('what operators have run again, and how far it is');
  replays
    .command('list')
    .description('replays, newest first')
    .examples('replays list')
    .lists('/replays', { columns: replayColumns, none: 'no replays' });
  replays
    .command('show <id>')
    .description('a replay and how far it is')
    .option('--watch', 'show its progress until it is done; Ctrl-C leaves it going')
    .examples('replays show rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --watch')
    .does(async (session, id: string, { watch }: { watch?: boolean }) => {
      if (watch) return watchReplay(session, id);
      session.answer(await session.api.get<Replay>(pathOf(id)), (replay) => describeReplay(session, replay));
    });
  replays
    .command('cancel <id>')
    .description('stop releasing deliveries, and take back those not yet due')
    .addOption(reason())
    .examples('replays cancel rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --reason "wrong filter"')
    .does(async (session, id: string, why: { reason?: string }) => {
      const replay = await session.api.post<Replay>(`${pathOf(id)}/cancel`, why);
      session.answer(replay, () => describeReplay(session, replay));
    });
  replays
    .command('resume <id>')
    .description('continue with the deliveries that a cancelled or relapsed replay left waiting')
    .addOption(yes('do it; without it, the replay is only shown'))
    .addOption(reason())
    .option('--no-wait', 'only resume it')
    .examples('replays resume rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --yes')
    .does(async (session, id: string, options: { yes?: boolean; reason?: string; wait: boolean }) => {
      const show = (replay: Replay) => session.answer(replay, () => describeReplay(session, replay));
      if (!options.yes) {
        show(await session.api.get<Replay>(pathOf(id)));
        throw refusal('nothing was resumed: say --yes to do it');
      }
      const replay = await session.api.post<Replay>(`${pathOf(id)}/resume`, { reason: options.reason });
      if (session.json || !options.wait) return show(replay);
      await watchReplay(session, id);
    });
}

const replayColumns = (now: Date): Column<Replay>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state, stage }) => (stage && state === 'running' ? `${state} (${stage})` : state) },
  { title: 'MATCHED', value: ({ matched }) => String(matched), right: true, minor: true },
  { title: 'OK', value: ({ succeeded }) => String(succeeded), right: true },
  { title: 'BAD', value: ({ dead, blocked }) => String(dead + blocked), right: true },
  { title: 'OPEN', value: ({ waiting, pending }) => String(waiting + pending), right: true },
  { title: 'STARTED', value: ({ createdAt }) => relativeTime(createdAt, now), minor: true },
  { title: 'BY', value: ({ by }) => by, flexible: true, minor: true },
  { title: 'WHAT', value: targetOf, flexible: true },
  { title: 'REASON', value: ({ reason }) => reason ?? '-', flexible: true },
];

const targetOf = ({ filter, delivery, queue }: Replay): string =>
  delivery ??
  queue ??
  Object.entries(filter ?? {})
    // The hub forgets the remote's words of a filter once its deliveries are found: they may name a buyer.
    .map(([name, value]) => (name === 'message' && value === 'erased' ? `${name} no longer kept` : `${name}=${value}`))
    .join(' ');

/** A replay for people. */
function describeReplay({ now }: Pick<Session, 'now'>, replay: Replay): string {
  const { id, by, reason, state, canary, stage, perMinute, matched, createdAt, endedAt, relapse } = replay;
  const { waiting, pending, succeeded, dead, blocked, cancelled, resumed } = replay;
  const word = (said: typeof cancelled) => said && `by ${said.by} ${relativeTime(said.at, now)}${because(said.reason)}`;
  return renderFacts([
    ['replay', id],
    ['of', targetOf(replay)],
    ['by', `${by}${because(reason)}`],
    ['state', state],
    ['pace', `${perMinute} a minute${canary ? `, canary${stage ? ` (${stage})` : ''}` : ''}`],
    ['matched', String(matched)],
    ['succeeded', String(succeeded)],
    ['dead', dead ? String(dead) : null],
    ['blocked', blocked ? String(blocked) : null],
    ['under way', pending ? String(pending) : null],
    ['waiting', waiting ? String(waiting) : null],
    [
      'relapse',
      relapse && `${relapse.delivery} is ${relapse.state}: ${relapse.cause?.code}: ${relapse.cause?.description}`,
    ],
    ['cancelled', word(cancelled)],
    ['resumed', word(resumed)],
    ['started', `${createdAt} (${relativeTime(createdAt, now)})`],
    ['ended', endedAt && `${endedAt} (${relativeTime(endedAt, now)})`],
  ]);
}

const because = (reason: string | null): string => (reason ? `: ${reason}` : '');

/** Shows a replay until it has ended. Fails if some of it did not succeed. */
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
  const canary = stage ? `, canary: ${stage}` : '';
  const where = state === 'collecting' ? ', collecting' : canary;
  return `${id}${where}  ${settled} of ${matched}: ${[...parts, ...open].filter(Boolean).join(', ')}`;
}

function fail({ id, state, dead, blocked, relapse }: Replay): void {
  if (relapse) throw new CliError(`${id} stopped after a relapse: ${relapse.delivery} is ${relapse.state} again`);
  if (state === 'cancelled') throw new CliError(`${id} was cancelled`);
  if (dead + blocked > 0) throw new CliError(`${dead + blocked} did not succeed: longshore deliveries causes`);
}
