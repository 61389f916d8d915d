import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Connections } from '#lib/api/connection-schema';
import type { Endpoint } from '#lib/api/endpoints';
import { Connection } from '#lib/connections/connection-schema';
import { AskedEndpoint } from '#lib/connections/endpoint-schema';
import { type ConnectionsFile, ConnectionsFileError } from '#lib/connections/file';
import { withoutUserInfo } from '#lib/connections/plausible';
import { readConnections } from '#lib/marketplaces/read-connections';
import { usageError } from './errors.ts';

/** Reads a connections file. Throws an error naming the file and what is wrong; only unwise settings go to stderr. */
export async function readConnectionsFile(path: string): Promise<ConnectionsFile> {
  try {
    const file = await readConnections(readFileSync(path, 'utf8'));
    for (const warning of file.warnings) console.error(`${path}: ${warning}`);
    return file;
  } catch (error) {
    if (error instanceof ConnectionsFileError) throw usageError(`${path}: ${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw usageError(`${path}: no such file`);
    if (code === 'EISDIR' || code === 'EACCES') throw usageError(`${path}: cannot be read (${code})`);
    throw error;
  }
}

interface Differences {
  added: string[];
  removed: string[];
  changed: Array<{ id: string; members: string[] }>;
}

/** What `connections put` would change, except secrets, which the hub does not show. */
export interface Comparison extends Differences {
  routes: boolean;
  /** Absent if the file names no endpoints: then all of them stay. */
  endpoints?: Differences;
}

export function compareConnections(
  { connections, endpoints, routes }: ConnectionsFile,
  hub: Connections & { endpoints: readonly Endpoint[] },
): Comparison {
  const here = connections.map(({ connection }) => ({
    ...connection,
    baseUrl: withoutUserInfo(connection.baseUrl),
  }));
  const named = endpoints?.map(({ endpoint }) => endpoint);
  return {
    ...compare(here, hub.connections, Connection),
    routes: !isDeepStrictEqual(routes, hub.routes),
    ...(named && { endpoints: compare(named, hub.endpoints, AskedEndpoint) }),
  };
}

function compare<Entry extends { id: string }>(
  here: readonly Entry[],
  there: readonly Entry[],
  { shape }: { shape: Record<keyof Entry, unknown> },
): Differences {
  const members = Object.keys(shape) as Array<keyof Entry & string>;
  const known = new Map(there.map((each) => [each.id, each]));
  const ids = new Set(here.map(({ id }) => id));
  return {
    added: [...ids].filter((id) => !known.has(id)),
    removed: [...known.keys()].filter((id) => !ids.has(id)),
    changed: here.flatMap((each) => {
      const other = known.get(each.id);
      const differ = members.filter((member) => other && !isDeepStrictEqual(each[member], other[member]));
      return differ.length > 0 ? [{ id: each.id, members: differ }] : [];
    }),
  };
}

export function describeComparison({ routes, endpoints, ...connections }: Comparison): string {
  const lines = [
    ...linesOf(connections, ''),
    ...(routes ? ['  ~ routes'] : []),
    ...(endpoints ? linesOf(endpoints, 'endpoint ') : []),
  ];
  return lines.length > 0 ? ['put would change:', ...lines].join('\n') : 'put would change nothing but secrets';
}

const linesOf = ({ added, removed, changed }: Differences, noun: string): string[] => [
  ...added.map((id) => `  + ${noun}${id}`),
  ...removed.map((id) => `  - ${noun}${id}`),
  ...changed.map(({ id, members }) => `  ~ ${noun}${id}: ${members.join(', ')}`),
];
