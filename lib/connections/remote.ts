import { getProduct } from '#lib/catalog/store';
import { BlockedError } from '#lib/errors';
import { createHttp, type Sent } from '#lib/http/client';
import type { RemoteContext } from '#lib/marketplaces/contract';
import { httpTimeoutMs } from '#lib/settings';
import type { Connection } from './connection.ts';
import { type BudgetOptions, createBudget } from './dynamo-budget.ts';
import { getCredentials } from './secrets.ts';
import { getToken } from './tokens.ts';

/** What a worker needs to call a connection's remote: its secrets, and HTTP within its budget. */
export async function openRemote(
  connection: Connection,
  patience: BudgetOptions,
): Promise<RemoteContext & { http: Sent }> {
  const credentials = await getCredentials(connection.marketplace, connection.id);
  if (!credentials)
    throw new BlockedError(
      { code: 'secrets_missing', description: `${connection.id} has no secrets: put the connections file again` },
      'connection',
    );
  const http = createHttp({
    baseUrl: connection.baseUrl,
    budget: createBudget(connection, patience),
    timeoutMs: httpTimeoutMs(),
  });
  return {
    connection,
    secrets: credentials.secrets,
    http,
    token: (grants, stale) => getToken(connection.id, grants, stale),
    findProduct: (sku) => getProduct(connection.id, sku),
    now: () => new Date(),
  };
}
