import type { Shape } from '#client/index';
import type { Command } from '../command.ts';

/** `longshore console`: the hub in a browser. */
export function addConsole(program: Command): void {
  program
    .command('console')
    .description('print a link that signs in to the console once, for ten minutes')
    .examples('console', 'console --url https://hub.example')
    .does(async (session) => {
      const { code: _once, ...link } = await session.api.post<Shape<'SignInCode'>>('/session/codes');
      session.answer(link, ({ url }) => url);
    });
}
