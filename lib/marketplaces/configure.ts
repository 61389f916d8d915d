import { isDeepStrictEqual } from 'node:util';
import type { Unblock } from '#lib/connections/endpoints';
import type { ConnectionsFile } from '#lib/connections/file';
import { putConnections, untilInForce } from '#lib/connections/put';
import { getConfiguration } from '#lib/connections/store';
import { unblock } from '#lib/deliveries/reopen';
import { releaseWaiting } from '#lib/orders/release-waiting';
import { getNetwork } from './network.ts';
import { marketplaces } from './registry.ts';

/**
 * Makes a connections file the hub's configuration, recorded as done by `by`; returns the ids of the connections that
 * changed, and `routes`. For a running hub it is done `inTurn`, and returns once every instance acts on it. Nobody else
 * changes a hub that is only starting, and a start that was killed here must not delay the next.
 */
export async function configure(
  file: ConnectionsFile,
  { by, inTurn }: { by?: string; inTurn?: <T>(work: () => Promise<T>) => Promise<T> } = {},
): Promise<string[]> {
  const unblocks: Array<Parameters<Unblock>> = [];
  const later: Unblock = async (...asked) => void unblocks.push(asked);
  async function put() {
    const { connections } = await getConfiguration({ maxAgeMs: 0 });
    return { connections, changed: await putConnections(file, { marketplaces, unblock: later, by }) };
  }
  const { connections, changed } = await (inTurn ? inTurn(put) : put());
  for (const asked of unblocks) await unblock(...asked);
  if (inTurn && changed.length > 0) await untilInForce(unblock);
  const network = await getNetwork();
  // A worker that still had the old settings would hold back what is placed by the new ones.
  for (const id of changed) {
    const [before, now] = [connections.get(id), network.connections.get(id)];
    if (now && !isDeepStrictEqual(before?.settings.release, now.settings.release)) await releaseWaiting(id, network);
  }
  return changed;
}
