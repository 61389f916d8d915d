import { type ConnectionsFile, parseConnectionsFile } from '#lib/connections/file';
import { loadConnector } from './load.ts';
import { marketplaces } from './registry.ts';

/** Reads a connections file with what each marketplace wants in it. Throws ConnectionsFileError. */
export const readConnections = (text: string): Promise<ConnectionsFile> =>
  parseConnectionsFile(
    text,
    marketplaces.map(({ name }) => name),
    loadConnector,
  );
