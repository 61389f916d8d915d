import { readFileSync } from 'node:fs';
import { type ConnectionsFile, ConnectionsFileError } from '#lib/connections/file';
import { readConnections } from '#lib/marketplaces/read-connections';

/** A connections file, or an error that names it and what is wrong with it; what is only unwise is said on stderr. */
export async function readConnectionsFile(path: string): Promise<ConnectionsFile> {
  try {
    const file = await readConnections(readFileSync(path, 'utf8'));
    for (const warning of file.warnings) console.error(`${path}: ${warning}`);
    return file;
  } catch (error) {
    if (error instanceof ConnectionsFileError) throw new Error(`${path}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${path}: no such file`);
    throw error;
  }
}
