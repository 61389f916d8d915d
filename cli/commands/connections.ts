import type { Command } from 'commander';
import type { Connection } from '../answers.ts';
import { readConnectionsFile } from '../connections-file.ts';
import { loadDeployment } from '../deployment.ts';
import { refusal } from '../errors.ts';
import { describeSeconds, relativeTime } from '../format.ts';
import { examples, yes } from '../options.ts';
import { type GlobalOptions, openSession } from '../session.ts';
import type { Column } from '../table.ts';

/** `longshore connections`: the accounts at the marketplaces. */
export function addConnections(program: Command): void {
  const connections = program.command('connections').description('the accounts at the marketplaces');
  connections
    .command('list')
    .description('when each was polled, what broke off, and how many orders its webhooks missed')
    .addHelpText('after', examples('connections list', 'connections list --json'))
    .action(async (_options: unknown, command: Command) => {
      const session = openSession(command);
      const found = await session.api.get<{ connections: Connection[] }>('/connections');
      session.answer(found, (answer) =>
        answer.connections.length > 0 ? session.table(answer.connections, columns(session.now)) : 'no connections',
      );
    });
  connections
    .command('check <file>')
    .description('read a connections file and say what is wrong with it')
    .addHelpText('after', examples('connections check connections.json'))
    .action(async (path: string, _options: unknown, command: Command) => {
      const { connections: all, routes } = await readConnectionsFile(path);
      const told = { connections: all.map(({ connection }) => connection.id), routes: routes.length };
      const { json } = command.optsWithGlobals<GlobalOptions>();
      console.log(
        json
          ? JSON.stringify(told, null, 2)
          : `${path}: ${told.connections.length} connections, ${told.routes} routes, all well`,
      );
    });
  addPut(connections);
}

interface PutOptions extends GlobalOptions {
  outputs: string;
  yes?: boolean;
}

function addPut(connections: Command): void {
  connections
    .command('put <file>')
    .description('make a connections file the configuration: settings to DynamoDB, secrets to Secrets Manager')
    .option(
      '--outputs <file>',
      'what the deployment wrote; a local hub writes .longshore/outputs.json',
      '.sst/outputs.json',
    )
    .addOption(yes('also remove the connections that the file does not have'))
    .addHelpText(
      'after',
      examples(
        'connections put connections.json',
        'connections put connections.json --outputs .longshore/outputs.json',
      ),
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const { outputs, yes: sure, json } = command.optsWithGlobals<PutOptions>();
      const file = await readConnectionsFile(path);
      loadDeployment(outputs);
      const { putConnections, untilInForce } = await import('#lib/connections/put');
      const { getConfiguration } = await import('#lib/connections/store');
      const kept = new Set(file.connections.map(({ connection }) => connection.id));
      const removed = [...(await getConfiguration()).connections.keys()].filter((id) => !kept.has(id));
      if (removed.length > 0 && !sure)
        throw refusal(`${removed.join(', ')} would be removed, which ${path} does not have: say --yes to do it`);
      const changed = await putConnections(file);
      if (changed.length > 0) await untilInForce();
      const said = changed.length > 0 ? `changed and in force: ${changed.join(', ')}` : 'nothing to change';
      console.log(json ? JSON.stringify({ changed }, null, 2) : said);
    });
}

const columns = (now: Date): Column<Connection>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'MARKETPLACE', value: ({ marketplace }) => marketplace, minor: true },
  {
    title: 'EVERY',
    value: ({ pollIntervalSeconds }) => describeSeconds(pollIntervalSeconds),
    right: true,
    minor: true,
  },
  { title: 'POLLED', value: ({ poll }) => relativeTime(poll.lastPolledAt, now) },
  { title: 'NEXT', value: ({ poll }) => relativeTime(poll.nextPollAt, now) },
  { title: 'BACKFILL', value: ({ poll }) => (poll.backfill ? `since ${poll.backfill.since}` : '-'), flexible: true },
  { title: 'BROKE OFF', value: ({ poll }) => poll.lastError ?? '-', flexible: true },
  { title: 'MISSED', value: missedOf, flexible: true },
  { title: 'URL', value: ({ baseUrl }) => baseUrl, flexible: true, minor: true },
];

/** Of the latest day on record: orders that a poll had to find, of all new ones. */
function missedOf({ misses: [latest] }: Connection): string {
  if (!latest) return '-';
  const { firstByPoll, firstByWebhook } = latest;
  return `${firstByPoll} of ${firstByPoll + firstByWebhook}`;
}
