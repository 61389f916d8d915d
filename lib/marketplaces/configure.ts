import type { ConnectionsFile } from '#lib/connections/file';
import { putConnections, untilInForce } from '#lib/connections/put';
import { unblock } from '#lib/deliveries/reopen';
import { marketplaces } from './registry.ts';

/** Makes a connections file the hub's configuration, on record as `by`; the ids of the connections that changed. */
export const configure = (file: ConnectionsFile, by?: string): Promise<string[]> =>
  putConnections(file, { marketplaces, unblock, by });

/** Returns once every instance acts on what was configured. */
export const untilConfigured = (): Promise<void> => untilInForce(unblock);
