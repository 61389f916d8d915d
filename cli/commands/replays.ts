import type { Replay } from '#lib/api/replay-schema';
import type { Command } from '../command.ts';
import { describeReplay, replayColumns } from '../describe-replay.ts';
import { refusal } from '../errors.ts';
import { reason, yes } from '../options.ts';
import { watchReplay } from '../watch-replay.ts';

const pathOf = (id: string): string => `/replays/${encodeURIComponent(id)}`;

/** `longshore replays`: what operators have run again. */
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
    .description('release nothing more, and take back what is not yet due')
    .addOption(reason())
    .examples('replays cancel rpl_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11 --reason "wrong filter"')
    .does(async (session, id: string, { reason: text }: { reason?: string }) => {
      const replay = await session.api.post<Replay>(`${pathOf(id)}/cancel`, { ...(text && { reason: text }) });
      session.answer(replay, () => describeReplay(session, replay));
    });
  replays
    .command('resume <id>')
    .description('go on with what a cancelled or relapsed replay left waiting')
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
      const body = options.reason ? { reason: options.reason } : {};
      const replay = await session.api.post<Replay>(`${pathOf(id)}/resume`, body);
      if (session.json || !options.wait) return show(replay);
      await watchReplay(session, id);
    });
}
