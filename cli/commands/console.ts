import type { Command } from 'commander';
import { examples } from '../options.ts';
import { openSession } from '../session.ts';

interface SignInCode {
  url: string;
  expiresAt: string;
}

/** `longshore console`: the hub in a browser. */
export function addConsole(program: Command): void {
  program
    .command('console')
    .description('print a link that signs in to the console once, for ten minutes')
    .addHelpText('after', examples('console', 'console --url https://hub.example'))
    .action(async (_options: unknown, command: Command) => {
      const session = openSession(command);
      const { code: _once, ...link } = await session.api.post<SignInCode & { code: string }>('/session/codes');
      session.answer(link, ({ url }) => url);
    });
}
