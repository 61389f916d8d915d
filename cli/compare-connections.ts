import { isDeepStrictEqual } from 'node:util';
import type { Connections } from '#lib/api/connection-schema';
import type { ConnectionsFile } from '#lib/connections/file';

/** What `connections put` would change, but for secrets, which the hub does not show. */
export interface Comparison {
  added: string[];
  removed: string[];
  changed: Array<{ id: string; members: string[] }>;
  routes: boolean;
}

const MEMBERS = ['marketplace', 'baseUrl', 'settings', 'pollIntervalSeconds', 'requestsPerMinute'] as const;

/** Compares a connections file with the configuration of a hub. */
export function compareConnections(file: ConnectionsFile, hub: Connections): Comparison {
  const ids = new Set(file.connections.map(({ connection }) => connection.id));
  const known = new Map(hub.connections.map((connection) => [connection.id, connection]));
  return {
    added: [...ids].filter((id) => !known.has(id)),
    removed: [...known.keys()].filter((id) => !ids.has(id)),
    changed: file.connections.flatMap(({ connection }) => {
      const there = known.get(connection.id);
      const here = { ...connection, baseUrl: withoutUser(connection.baseUrl) };
      const members = there ? MEMBERS.filter((member) => !isDeepStrictEqual(here[member], there[member])) : [];
      return members.length > 0 ? [{ id: connection.id, members }] : [];
    }),
    routes: !isDeepStrictEqual(file.routes, hub.routes),
  };
}

/** A base URL as the hub shows it: without user and password, which are secrets. */
function withoutUser(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (!url.username && !url.password) return baseUrl;
  url.username = '';
  url.password = '';
  return url.href;
}

export function describeComparison({ added, removed, changed, routes }: Comparison): string {
  const lines = [
    ...added.map((id) => `  + ${id}`),
    ...removed.map((id) => `  - ${id}`),
    ...changed.map(({ id, members }) => `  ~ ${id}: ${members.join(', ')}`),
    ...(routes ? ['  ~ routes'] : []),
  ];
  return lines.length > 0 ? ['put would change:', ...lines].join('\n') : 'put would change nothing but secrets';
}
