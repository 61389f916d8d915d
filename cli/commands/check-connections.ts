import type { Command } from '../command.ts';
import { compareConnections, describeComparison } from '../compare-connections.ts';
import { readTroubles } from '../connection-troubles.ts';
import { readConnectionsFile } from '../connections-file.ts';
import { CliError } from '../errors.ts';
import { count } from '../format.ts';
import { type GlobalOptions, openSession, type Session } from '../session.ts';

/** `longshore connections check`: a file, a file beside a hub, or the hub's own connections. */
export function addCheckConnections(connections: Command): void {
  connections
    .command('check [file]')
    .description('say what is wrong with a connections file, or with the connections of the hub')
    .examples(
      'connections check',
      'connections check connections.json',
      'connections check connections.json --url https://hub.example',
    )
    .remark(
      `With a file it is read, and where --url or LONGSHORE_URL names a hub, compared with what that hub has: all but secrets.
Without one, it says which connections of the hub were not polled, broke off, hold up deliveries or are no longer called.`,
    )
    .action((path: string | undefined, _options: unknown, command: Command) =>
      path === undefined ? checkHub(command) : checkFile(path, command),
    );
}

async function checkFile(path: string, command: Command): Promise<void> {
  const { url, json } = command.optsWithGlobals<GlobalOptions>();
  const file = await readConnectionsFile(path);
  const ids = file.connections.map(({ connection }) => connection.id);
  const routes = file.routes.length;
  const endpoints = file.endpoints?.map(({ endpoint }) => endpoint.id);
  const said = [
    ...[count(ids.length, 'connection', 'connections'), count(routes, 'route', 'routes')],
    ...(endpoints ? [count(endpoints.length, 'endpoint', 'endpoints')] : []),
  ];
  const isCompared = Boolean(url ?? process.env.LONGSHORE_URL);
  if (!json) console.log(`${path}: ${said.join(', ')}, all well`);
  const put = isCompared ? compareConnections(file, await readHub(openSession(command))) : undefined;
  const asJson = { connections: ids, routes, ...(endpoints && { endpoints }), ...(put && { put }) };
  if (json) console.log(JSON.stringify(asJson, null, 2));
  else if (put) console.log(describeComparison(put));
}

async function readHub({ api }: Session): Promise<Parameters<typeof compareConnections>[1]> {
  const [connections, { endpoints }] = await Promise.all([api.get('/connections'), api.get('/endpoints')]);
  return { ...connections, endpoints };
}

async function checkHub(command: Command): Promise<void> {
  const session = openSession(command);
  const { hub, troubles } = await readTroubles(session.api, session.now);
  const checked = hub.connections.length;
  session.answer({ checked, troubles }, () =>
    troubles.length === 0
      ? `${count(checked, 'connection', 'connections')}, all well`
      : session.table(troubles, [
          { title: 'CONNECTION', value: ({ connection }) => connection },
          { title: 'TROUBLE', value: ({ trouble }) => trouble, flexible: true },
        ]),
  );
  if (troubles.length > 0) throw new CliError(`${count(troubles.length, 'trouble', 'troubles')} with connections`);
}
