import type { Connection, RemovedConnection } from '#lib/api/connection-schema';
import type { ConnectionsFile } from '#lib/connections/file';
import type { Command } from '../command.ts';
import { readTroubles } from '../connection-troubles.ts';
import { compareConnections, describeComparison, readConnectionsFile } from '../connections-file.ts';
import { inTurn, operatorName } from '../deployment.ts';
import { CliError, refusal } from '../errors.ts';
import { count, describeOpen, describeSeconds, relativeTime } from '../format.ts';
import { yes } from '../options.ts';
import { type GlobalOptions, openSession, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { addShape, addTry } from './try-connection.ts';

export function addConnections(program: Command): void {
  const connections = program.command('connections').description('the accounts at the marketplaces');
  connections
    .command('list')
    .description('when each was polled, what broke off, and how many orders its webhooks missed')
    .examples('connections list', 'connections list --json')
    .does(async (session) => {
      const found = await session.api.get('/connections');
      session.answer(found, ({ connections: all, removed }) =>
        [
          all.length > 0 ? session.table(all, columns(session.now)) : 'no connections',
          ...(removed.length > 0 ? [session.table(removed, removedColumns(session.now))] : []),
        ].join('\n\n'),
      );
    });
  addCheckConnections(connections);
  addPutConnections(connections);
  addShape(connections);
  addTry(connections);
}

const removedColumns = (now: Date): Column<RemovedConnection>[] => [
  { title: 'REMOVED', value: ({ id }) => id },
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace, minor: true },
  { title: 'WHEN', value: ({ removedAt }) => relativeTime(removedAt, now) },
  { title: 'OF ITS DELIVERIES', value: ({ deliveries }) => describeOpen(deliveries) },
];

const columns = (now: Date): Column<Connection>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace, minor: true },
  { title: 'EVERY', value: ({ polledEverySeconds }) => describeSeconds(polledEverySeconds), right: true, minor: true },
  { title: 'POLLED', value: ({ poll }) => relativeTime(poll.lastPolledAt, now) },
  { title: 'NEXT', value: ({ poll }) => relativeTime(poll.nextPollAt, now) },
  { title: 'BACKFILL', value: ({ poll }) => (poll.backfill ? `since ${poll.backfill.since}` : '-'), flexible: true },
  { title: 'AWAY', value: ({ awaySince }) => (awaySince ? relativeTime(awaySince, now) : '-') },
  { title: 'BROKE OFF', value: ({ poll }) => poll.lastError ?? '-', flexible: true },
  { title: 'MISSED', value: missedOf, flexible: true },
  { title: 'SHAPE', value: shapeOf },
  { title: 'URL', value: ({ baseUrl }) => baseUrl, flexible: true, minor: true },
];

/** On the latest day on record: how many new orders were first found by a poll, of all. */
function missedOf({ misses: [latest] }: Connection): string {
  if (!latest) return '-';
  const { firstByPoll, firstByWebhook } = latest;
  return `${firstByPoll} of ${firstByPoll + firstByWebhook}`;
}

/** Body members that appeared and vanished within a week: `+2 -1`. */
const shapeOf = ({ shape: { appeared, vanished } }: Connection): string =>
  [appeared && `+${appeared}`, vanished && `-${vanished}`].filter(Boolean).join(' ') || '-';

function addCheckConnections(connections: Command): void {
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

function addPutConnections(connections: Command): void {
  connections
    .command('put <file>')
    .description('make a connections file the configuration: settings to DynamoDB, secrets to Secrets Manager')
    .addOption(yes('also remove the connections and endpoints that the file does not have'))
    .examples('connections put connections.json', 'connections put connections.json --outputs .longshore/outputs.json')
    .doesAtDeployment(
      async (path: string, { yes: sure }: { yes?: boolean }) => {
        const file = await readConnectionsFile(path);
        const { configure } = await import('#lib/marketplaces/configure');
        // Checked in our turn: another change may just have added what this one would remove.
        const put = <T>(work: () => Promise<T>) =>
          inTurn(async () => {
            if (!sure) await refuseRemoval(path, file);
            return work();
          });
        return { changed: await configure(file, { by: operatorName(), inTurn: put }) };
      },
      ({ changed }) => (changed.length > 0 ? `changed and in force: ${changed.join(', ')}` : 'nothing to change'),
    );
}

async function refuseRemoval(path: string, file: ConnectionsFile): Promise<void> {
  const removed = await findRemoved(file);
  if (removed.length === 0) return;
  const open = (await describeLeft(removed)) + (await warnOfRenamed(file, removed));
  throw refusal(`${removed.join(', ')} would be removed, which ${path} does not have${open}: say --yes to do it`);
}

/** Ids of connections and endpoints that the hub has and the file lacks. */
async function findRemoved(file: ConnectionsFile): Promise<string[]> {
  const { getConfiguration } = await import('#lib/connections/store');
  const { connections, endpoints } = await getConfiguration({ maxAgeMs: 0 });
  const kept = new Set([
    ...file.connections.map(({ connection }) => connection.id),
    ...(file.endpoints ? file.endpoints.map(({ endpoint }) => endpoint.id) : endpoints.keys()),
  ]);
  return [...connections.keys(), ...endpoints.keys()].filter((id) => !kept.has(id));
}

/** An account under a new id counts as a new one: nothing that was sold or placed under the old id is known there. */
async function warnOfRenamed(file: ConnectionsFile, removed: readonly string[]): Promise<string> {
  const { getConfiguration } = await import('#lib/connections/store');
  const { connections } = await getConfiguration();
  const added = file.connections.map(({ connection }) => connection).filter(({ id }) => !connections.has(id));
  const warnings = removed.flatMap((id) => {
    const like = added.find(({ marketplace }) => marketplace === connections.get(id)?.marketplace);
    if (!like) return [];
    return [`; if ${like.id} is the account of ${id}, keep the id ${id}, or whatever has not shipped is placed again`];
  });
  return warnings.join('');
}

/** Open deliveries of these connections: they would wait until the connections are back. */
async function describeLeft(ids: readonly string[]): Promise<string> {
  const { countOpen } = await import('#lib/deliveries/list');
  const all = await Promise.all(ids.map(async (id) => `${id} has ${describeOpen(await countOpen(id))}`));
  return `; ${all.join(', ')}`;
}
