import { readFileSync } from 'node:fs';
import { type ConnectionsFile, ConnectionsFileError } from '#lib/connections/file';
import { readConnections } from '#lib/marketplaces/read-connections';

/** A connections file, or an error that names it and what is wrong with it. */
export async function readConnectionsFile(path: string): Promise<ConnectionsFile> {
  try {
    return await readConnections(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof ConnectionsFileError) throw new Error(`${path}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${path}: no such file`);
    throw error;
  }
}
