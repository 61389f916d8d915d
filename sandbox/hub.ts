import type { RequestListener, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { putApiKey, SCOPES } from '#lib/api/keys';
import { idOf, queryIndex } from '#lib/aws/index-query';
import { shardsOf } from '#lib/aws/shards';
import { db } from '#lib/aws/table';
import type { ConnectionsFile } from '#lib/connections/file';
import { putConnections } from '#lib/connections/put';
import { duePartition, getDeliveries, transition } from '#lib/deliveries/ledger';
import { tableName } from '#lib/settings';
import { loadHandlers } from './runtime/handlers.ts';
import { createApiGateway } from './runtime/http.ts';
import { consumeQueues } from './runtime/queues.ts';
import { createRush } from './runtime/rush.ts';
import { runSchedules } from './runtime/schedules.ts';

/** How long a stop waits for work in hand. */
const PATIENCE_MS = 5_000;

export interface RunningHub {
  stop(): Promise<void>;
}

/**
 * The deployed hub on one machine: the same handlers behind an API gateway, queue triggers and schedules.
 * Import only when the environment names the emulators and what was provisioned there.
 */
export async function startHub(server: Server, file: ConnectionsFile, apiKey: string): Promise<RunningHub> {
  await putApiKey(apiKey, 'local', SCOPES);
  await endLeases(file.connections.map(({ connection }) => connection.id));
  await putConnections(file);
  const handlers = await loadHandlers();
  const rush = createRush();
  open(server, createApiGateway(handlers, rush));
  const queues = consumeQueues(handlers, rush);
  const intervals = file.connections.map(({ connection }) => connection.pollIntervalSeconds);
  const schedules = runSchedules(handlers, Math.min(...intervals));
  return {
    async stop() {
      server.closeAllConnections();
      server.close();
      // A remote that hangs, or a poller that waits for its turn, does not hold up the end: it is a lost worker then.
      const patience = sleep(PATIENCE_MS, undefined, { ref: false });
      await Promise.race([Promise.all([queues.stop(), schedules.stop()]), patience]);
    },
  };
}

/** One process is the whole hub here: a lease that stands at its start is a dead worker's. */
async function endLeases(connections: readonly string[]): Promise<void> {
  const longAgo = new Date(0).toISOString();
  for (const connection of connections) {
    const Key = { pk: `CURSOR#${connection}`, sk: 'CURSOR' };
    await db.update({ TableName: tableName(), Key, UpdateExpression: 'REMOVE lease' });
    const token = { pk: `TOKEN#${connection}`, sk: 'TOKEN' };
    await db.update({ TableName: tableName(), Key: token, UpdateExpression: 'REMOVE holder' });
    const pages = await Promise.all(
      shardsOf(duePartition(connection)).map((partition) =>
        queryIndex({ index: 'byState', partition, limit: 1000, newestFirst: false }),
      ),
    );
    for (const delivery of await getDeliveries(pages.flat().map(idOf))) {
      if (delivery.lease) await transition(delivery, { ...delivery, lease: { ...delivery.lease, until: longAgo } });
    }
  }
}

function open(server: Server, listener: RequestListener): void {
  server.removeAllListeners('request');
  server.on('request', listener);
}
