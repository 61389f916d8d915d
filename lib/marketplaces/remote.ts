import { findByEan, getProduct } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { getCredentials } from '#lib/connections/credentials';
import { MIN_REFRESH_MS } from '#lib/connections/secrets';
import { getToken } from '#lib/connections/tokens';
import { sameContent } from '#lib/platform/canonical-json';
import { BlockedError } from '#lib/platform/errors';
import { createHttp, type Sent } from '#lib/platform/http/client';
import { type Budget, type BudgetOptions, createBudget } from '#lib/platform/rate-limit/budget';
import { httpTimeoutMs } from '#lib/platform/settings';
import type { RemoteContext } from './action.ts';

export type Remote = RemoteContext & { http: Sent; budget: Budget };

/**
 * Runs something with a connection's remote, and again if the remote refuses secrets that have been replaced since they
 * were cached.
 */
export async function withRemote<T>(
  connection: Connection,
  patience: BudgetOptions,
  run: (remote: Remote) => Promise<T>,
): Promise<T> {
  const remote = await openRemote(connection, patience);
  try {
    return await run(remote);
  } catch (error) {
    const newer = await renewRemote(remote, error, patience);
    if (!newer) throw error;
    return run(newer);
  }
}

/** After a refusal of cached secrets: the remote with those that replaced them. Undefined for any other error. */
export async function renewRemote(
  { connection, secrets }: Remote,
  error: unknown,
  patience: BudgetOptions,
): Promise<Remote | undefined> {
  if (!isCredentialsRefusal(error)) return undefined;
  const newer = await openRemote(connection, patience, 0);
  return sameContent(newer.secrets, secrets) ? undefined : newer;
}

const isCredentialsRefusal = (error: unknown): boolean =>
  error instanceof BlockedError &&
  (error.code === 'credentials_refused' || error.detail.httpStatus === 401 || error.detail.httpStatus === 403);

/** What a worker needs to call a connection's remote: its secrets, and HTTP within its rate limit. */
export async function openRemote(
  connection: Connection,
  patience: BudgetOptions,
  maxSecretAgeMs?: number,
): Promise<Remote> {
  const credentialsOf = (maxAgeMs?: number) => getCredentials(connection.marketplace, connection.id, maxAgeMs);
  // For a connection that was put just now, cached secrets mean nothing yet.
  const credentials = (await credentialsOf(maxSecretAgeMs)) ?? (await credentialsOf(MIN_REFRESH_MS));
  if (!credentials)
    throw new BlockedError(
      { code: 'secrets_missing', description: `${connection.id} has no secrets: put the connections file again` },
      'connection',
    );
  const budget = createBudget(connection, patience);
  const http = createHttp({ baseUrl: connection.baseUrl, budget, timeoutMs: httpTimeoutMs() });
  return {
    connection,
    secrets: credentials.secrets,
    http,
    budget,
    token: (grants, stale) => getToken(connection, grants, stale),
    findProduct: async (sku, ean) =>
      (ean === undefined ? undefined : await findByEan(connection.id, ean)) ?? getProduct(connection.id, sku),
    now: () => new Date(),
  };
}
