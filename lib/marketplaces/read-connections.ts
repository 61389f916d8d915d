import { type ConnectionsFile, parseConnectionsFile } from '#lib/connections/file';
import { loadConnector } from './load.ts';
import { marketplaces } from './registry.ts';

/** Reads a connections file with each marketplace's own checks. Throws ConnectionsFileError. */
export const readConnections = (text: string): Promise<ConnectionsFile> =>
  parseConnectionsFile(
    text,
    marketplaces.map(({ name }) => name),
    loadConnector,
  );
