import type { Command } from 'commander';
import type { Replay } from '#lib/api/replay-schema';
import { describeReplay, replayColumns } from '../describe-replay.ts';
import { refusal } from '../errors.ts';
import { answerList, readList } from '../list.ts';
import { addListOptions, examples, type ListOptions, reason, yes } from '../options.ts';
import { openSession } from '../session.ts';
import { watchReplay } from '../watch-replay.ts';

const pathOf = (id: string): string => `/replays/${encodeURIComponent(id)}`;

/** `longshore replays`: what operators have run again. */
export function addReplays(program: Command): void {
  const replays = program.command('replays').description('what operators have run again, and how far it is');
  addListOptions(replays.command('list').description('replays, newest first'))
    .addHelpText('after', examples('replays list'))
    .action(async (options: ListOptions, command: Command) => {
      const session = openSession(command);
      const page = await readList<'replays', Replay>(session.api, '/replays', 'replays', {}, options);
      answerList(session, page, 'replays', replayColumns(session.now), 'no replays');
    });
  replays
    .command('show <id>')
    .description('a replay and how far it is')
    .option('--watch', 'show its progress until it is done; Ctrl-C leaves it going')
    .addHelpText('after', examples('replays show rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --watch'))
    .action(async (id: string, { watch }: { watch?: boolean }, command: Command) => {
      const session = openSession(command);
      if (watch) return watchReplay(session, id);
      session.answer(await session.api.get<Replay>(pathOf(id)), (replay) => describeReplay(session, replay));
    });
  replays
    .command('cancel <id>')
    .description('release nothing more, and take back what is not yet due')
    .addOption(reason())
    .addHelpText('after', examples('replays cancel rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --reason "wrong filter"'))
    .action(async (id: string, { reason: text }: { reason?: string }, command: Command) => {
      const session = openSession(command);
      const replay = await session.api.post<Replay>(`${pathOf(id)}/cancel`, { ...(text && { reason: text }) });
      session.answer(replay, () => describeReplay(session, replay));
    });
  replays
    .command('resume <id>')
    .description('go on with what a cancelled or relapsed replay left waiting')
    .addOption(yes('do it; without it, the replay is only shown'))
    .addOption(reason())
    .option('--no-wait', 'only resume it')
    .addHelpText('after', examples('replays resume rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --yes'))
    .action(async (id: string, options: { yes?: boolean; reason?: string; wait: boolean }, command: Command) => {
      const session = openSession(command);
      const show = (replay: Replay) => session.answer(replay, () => describeReplay(session, replay));
      if (!options.yes) {
        show(await session.api.get<Replay>(pathOf(id)));
        throw refusal('nothing was resumed: say --yes to do it');
      }
      const body = options.reason ? { reason: options.reason } : {};
      const replay = await session.api.post<Replay>(`${pathOf(id)}/resume`, body);
      if (session.json || !options.wait) return show(replay);
      await watchReplay(session, id);
    });
}
