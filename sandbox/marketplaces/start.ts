import { join } from 'node:path';
import { ERP } from '#lib/connections/connection';
import { roleOf } from '#lib/marketplaces/registry';
import type { Started } from './local.ts';
import { sandboxes } from './registry.ts';

/** The sandboxes' ports begin this far above the hub's, if those are free. */
const FIRST_PORT_OFFSET = 11;

export type Marketplaces = Awaited<ReturnType<typeof startMarketplaces>>;

/** Starts every simulated marketplace, with the connections, routes and chapters of the story that `npm start` tells. */
export async function startMarketplaces({ data, hub, port }: { data: string; hub: string; port: number }) {
  const dataDir = join(data, 'sandbox');
  const all: Array<Started & { id: string; marketplace: string }> = [];
  for (const [index, { marketplace, connection: id, start }] of sandboxes.entries()) {
    const hook = (topic: string) => `${hub}/webhooks/${marketplace}/${id}/${topic}`;
    const wanted = port && port + FIRST_PORT_OFFSET + index;
    all.push({ id, marketplace, ...(await onFreePort(wanted, (at) => start({ port: at, dataDir, hook }))) });
  }
  const routes = sandboxes.flatMap(({ connection: to, ships = [] }) => ships.map((route) => ({ ...route, to })));
  return {
    listening: all.map(({ marketplace, sandbox }) => ({ title: roleOf(marketplace).info.title, url: sandbox.url })),
    chapters: all.flatMap(({ chapter }) => chapter ?? []).reverse(),
    connections: {
      connections: all.map(({ id, marketplace, connection }) => ({ id, marketplace, ...connection })),
      routes: [...routes, { from: '*', to: ERP }],
    },
    async stop() {
      await Promise.all(all.map(({ sandbox }) => sandbox.stop()));
    },
  };
}

async function onFreePort<T>(wanted: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return start(0);
  }
}
