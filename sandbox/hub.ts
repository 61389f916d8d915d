import type { RequestListener, Server } from 'node:http';
import { LOCAL_KEY_NAME, putApiKey, revokeApiKeys } from '#lib/api/kit/keys';
import { openEndpointStates } from '#lib/changes/endpoint-state';
import type { ConnectionsFile } from '#lib/connections/file';
import { getConfiguration } from '#lib/connections/store';
import { getDeliveries, transition } from '#lib/deliveries/ledger';
import { configure } from '#lib/marketplaces/configure';
import { publicUrl } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { idOf, partitionsOf, queryIndex } from '#lib/platform/table/sharded-index';
import { db } from '#lib/platform/table/table';
import type { RunningAws } from './aws/index.ts';
import { runBackground, startBackgroundWorker } from './runtime/background.ts';
import { handlersOnDemand } from './runtime/handlers.ts';
import { createApiGateway } from './runtime/http.ts';
import { createRush, requestCounts } from './runtime/rush.ts';

export interface HubOptions {
  file: ConnectionsFile;
  apiKey: string;
  logFile: string;
  /** Remembers how far the table's stream has been handed on. */
  positionsFile: string;
  /** Threads that work queues and schedules; with 0, the thread that answers requests does it. */
  workers: number;
  aws: RunningAws;
}

export interface RunningHub {
  stop(): Promise<void>;
}

/**
 * The deployed hub on one machine: the same handlers behind an API gateway, queue triggers and schedules.
 * Import only when the environment names the emulators and what was provisioned there.
 */
export async function startHub(
  server: Server,
  { file, apiKey, logFile, positionsFile, workers, aws }: HubOptions,
): Promise<RunningHub> {
  // An earlier start's key must not be valid any more.
  await revokeApiKeys(LOCAL_KEY_NAME);
  await putApiKey(apiKey, LOCAL_KEY_NAME, ['ops', 'privacy']);
  await endLeases(file.connections.map(({ connection }) => connection.id));
  await configure(file);
  const endpoints = [...(await getConfiguration()).endpoints.keys()];
  await endLeases(endpoints);
  const states = openEndpointStates();
  for (const id of endpoints) await states.take(id, {});
  const requests = requestCounts();
  open(server, createApiGateway(handlersOnDemand(), { rush: createRush(requests), publicUrl: publicUrl() }));
  const intervals = file.connections.map(({ connection }) => connection.pollIntervalSeconds);
  const shared = {
    ...{ requests, positionsFile, shortestPollSeconds: Math.min(...intervals) },
    shares: Math.max(1, workers),
  };
  const background = await Promise.all(
    Array.from({ length: shared.shares }, (_, share) =>
      workers > 0 ? startBackgroundWorker({ ...shared, share, logFile }, aws) : runBackground({ ...shared, share }),
    ),
  );
  return {
    async stop() {
      server.closeAllConnections();
      server.close();
      await Promise.all(background.map((part) => part.stop()));
    },
  };
}

/** Here, one process is the whole hub: a lease found at its start is a dead worker's. */
async function endLeases(connections: readonly string[]): Promise<void> {
  const longAgo = new Date(0).toISOString();
  for (const connection of connections) {
    const Key = items.cursor.key({ connection });
    await db.update({ Key, UpdateExpression: 'REMOVE lease' });
    const token = items.token.key({ connection });
    await db.update({ Key: token, UpdateExpression: 'REMOVE holder' });
    const pages = await Promise.all(
      partitionsOf(items.delivery.due, { connection }).map((partition) =>
        queryIndex({ index: 'byState', partition, limit: 1000, newestFirst: false }),
      ),
    );
    for (const delivery of await getDeliveries(pages.flat().map(idOf)))
      if (delivery.lease) await transition(delivery, { ...delivery, lease: { ...delivery.lease, until: longAgo } });
  }
}

function open(server: Server, listener: RequestListener): void {
  server.removeAllListeners('request');
  server.on('request', listener);
}
