import { type Command, Option } from 'commander';
import { examples } from '../options.ts';
import { openSession } from '../session.ts';

/** `longshore mcp`: the tools for agents on standard input and output, which nothing else may be written to. */
export function addMcp(program: Command): void {
  program
    .command('mcp')
    .description('the tools for an agent on this machine, as an MCP server on stdin and stdout')
    .addOption(new Option('--allow-replay', 'let it start replays that it proposed, with a key of the scope ops'))
    .addHelpText('after', examples('mcp', 'mcp --allow-replay'))
    .action(async ({ allowReplay = false }: { allowReplay?: boolean }, command: Command) => {
      const { api, key } = openSession(command);
      const { url } = api;
      // Loaded here: every other command would start a tenth of a second later.
      const [{ createServer, findCaller }, { StdioServerTransport }] = await Promise.all([
        import('#lib/agents/server'),
        import('@modelcontextprotocol/sdk/server/stdio.js'),
      ]);
      const scopes = await findCaller({ url, key });
      await createServer({ url, key, allowReplay }, scopes).connect(new StdioServerTransport());
    });
}
