import type { Api, Query } from './api-client.ts';
import { CliError, usageError } from './errors.ts';

/**
 * Whether a list that is empty is one of a connection that nobody has: a usage error then. One that was removed is known,
 * and so is whatever `hasAny` finds something of. A key that may not see connections is told nothing.
 */
export async function checkConnection(api: Api, id: unknown, hasAny = async () => false): Promise<void> {
  if (typeof id !== 'string') return;
  const known = await namesOf(api);
  if (!known || known.includes(id) || (await hasAny())) return;
  throw usageError(`there is no connection ${id}: there are ${known.join(', ') || 'none'}`);
}

/** Endpoints are what deliveries of kind notify have as their connection. */
async function namesOf(api: Api): Promise<string[] | undefined> {
  try {
    const [{ connections, removed }, { endpoints }] = await Promise.all([
      api.get('/connections'),
      api.get('/endpoints'),
    ]);
    return [...connections, ...removed, ...endpoints].map(({ id }) => id);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** Whether a list has anything of a connection, whatever else was asked for. */
export const lists =
  (api: Api, path: string, { connection }: Query) =>
  async (): Promise<boolean> => {
    const page = await api.get<Record<string, unknown>>(path, { connection, limit: 1 });
    return Object.values(page).some((rows) => Array.isArray(rows) && rows.length > 0);
  };
