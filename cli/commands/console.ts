import { Option } from 'commander';
import type { Shape } from '#client/index';
import type { Command } from '../command.ts';

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

/** `longshore mcp`: the tools for agents on standard input and output; nothing else may write to those. */
export function addMcp(program: Command): void {
  program
    .command('mcp')
    .description('the tools for an agent on this machine, as an MCP server on stdin and stdout')
    .addOption(new Option('--allow-replay', 'let it start replays that it proposed, with a key of the scope ops'))
    .examples('mcp', 'mcp --allow-replay')
    .does(async ({ api: { url }, key }, { allowReplay = false }: { allowReplay?: boolean }) => {
      // Loaded here, as it would delay every other command by a tenth of a second.
      const [{ createServer, findCaller }, { StdioServerTransport }] = await Promise.all([
        import('#lib/agents/server'),
        import('@modelcontextprotocol/sdk/server/stdio.js'),
      ]);
      const scopes = await findCaller({ url, key });
      await createServer({ url, key, allowReplay }, scopes).connect(new StdioServerTransport());
    });
}
