import { Command as Commander, Option } from 'commander';
import type { Listed, ListPath } from '#client/index';
import type { Api, Query } from './api-client.ts';
import { atDeployment, OUTPUTS_HELP, outputsOption } from './deployment.ts';
import { printable, renderJson } from './format.ts';
import { checkConnection, lists } from './known.ts';
import { parseCount } from './options.ts';
import { type GlobalOptions, openSession, type Session } from './session.ts';
import type { Column } from './table.ts';

/** The options of every list. */
interface Paging {
  limit?: number;
  cursor?: string;
  all?: boolean;
}

interface Listing<Row, Options> {
  columns(now: Date): readonly Column<Row>[];
  /** Printed for an empty list. */
  none: string;
  /** Makes the API's query; by default, the command's options, which have the same names. */
  query?(options: Options, session: Session): Query | Promise<Query>;
}

/** A command, with what the hub's commands have in common. */
export class Command extends Commander {
  override createCommand(name?: string): Command {
    return new Command(name);
  }

  examples(...lines: readonly string[]): this {
    return this.addHelpText('after', `\nExamples:\n${lines.map((line) => `  longshore ${line}`).join('\n')}`);
  }

  /** Adds text below the examples. */
  remark(text: string): this {
    return this.addHelpText('after', `\n${text}`);
  }

  /** Checks arguments and options before anything is opened; throws what is wrong with them. */
  checks<Given extends unknown[]>(check: (...given: Given) => void | Promise<void>): this {
    return this.hook('preAction', (command) => check(...([...command.processedArgs, command.opts()] as Given)));
  }

  /** Sets the work to do through the API. It gets the arguments, then the options, as a commander action does. */
  does<Given extends unknown[]>(work: (session: Session, ...given: Given) => void | Promise<void>): this {
    return this.action((...given) => work(openSession(given.at(-1)), ...(given.slice(0, -1) as Given)));
  }

  /** Sets the work to do past the API, at the deployment that `--outputs` names. Prints `tell`'s text, or JSON. */
  doesAtDeployment<Given extends unknown[], Done>(
    work: (...given: Given) => Promise<Done>,
    tell: (done: Done) => string,
  ): this {
    return this.addOption(outputsOption())
      .remark(OUTPUTS_HELP)
      .action(async (...given) => {
        const command: Command = given.at(-1);
        const done = await atDeployment(command, () => work(...(given.slice(0, -1) as Given)));
        const { json } = command.optsWithGlobals<GlobalOptions>();
        console.log(json ? renderJson(done) : printable(tell(done)));
      });
  }

  /** Prints a list of the API, as a table or JSON, and how to see more of it. */
  lists<Path extends ListPath, Options extends Query>(
    path: Path,
    { columns, none, query = (options) => options }: Listing<Listed<Path>, Options>,
  ): this {
    return this.addOption(new Option('--limit <n>', 'how many at most (default: 50)').argParser(parseCount))
      .addOption(new Option('--cursor <cursor>', 'go on where a page ended'))
      .addOption(new Option('--all', 'every page').conflicts(['limit']))
      .does(async (session, { limit, cursor, all, ...options }: Options & Paging) => {
        const asked = await query(options as unknown as Options, session);
        const { page, rows } = await readList<Listed<Path>>(session.api, path, asked, { limit, cursor, all } as Paging);
        if (rows.length === 0) await checkConnection(session.api, asked.connection, lists(session.api, path, asked));
        session.answer(page, () => (rows.length > 0 ? session.table(rows, columns(session.now)) : none));
        if (!session.json && page.cursor !== undefined)
          session.note(`There are more: --all, or --cursor ${page.cursor}`);
      });
  }
}

const PAGE = 200;
const DEFAULT_LIMIT = 50;

/** Reads up to `limit` rows, or all, over as many pages as needed, as one page. */
async function readList<Row>(
  api: Api,
  path: string,
  query: Query,
  { limit = DEFAULT_LIMIT, cursor, all = false }: Paging,
): Promise<{ rows: Row[]; page: { cursor?: string } }> {
  const wanted = all ? Number.POSITIVE_INFINITY : limit;
  const rows: Row[] = [];
  let plural = '';
  let next = cursor;
  do {
    const asked = { ...query, limit: Math.min(PAGE, wanted - rows.length), cursor: next };
    const { cursor: after, ...members } = await api.get<{ cursor?: string } & Record<string, Row[]>>(path, asked);
    for (const [name, more] of Object.entries(members)) {
      plural = name;
      rows.push(...more);
    }
    next = after;
  } while (next !== undefined && rows.length < wanted);
  return { rows, page: { [plural]: rows, ...(next !== undefined && { cursor: next }) } };
}
