import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotYetError, RejectedError } from '#lib/platform/errors';
import { tableName } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { db, getItem, isConditionFailure } from '#lib/platform/table/table';

/** What a vendor's token endpoint answers, with lifetimes as instants. */
export interface TokenPair {
  accessToken: string;
  /** Not `expiresAt`, which the table takes for the end of an item. */
  validUntil: string;
  refreshToken?: string;
  refreshUntil?: string;
}

/** The vendor's two ways to a token. `refresh` throws RejectedError for a refresh token that is spent or lapsed. */
export interface TokenGrants {
  login(): Promise<TokenPair>;
  refresh?(refreshToken: string): Promise<TokenPair>;
}

type Stored = TokenPair & { renewAt: string; holder?: { owner: string; until: string } };

/** A token is renewed this long before it lapses, a short-lived one in the last quarter of its life. */
const MARGIN_MS = 60_000;
/** Longer than a refresh and a login that both wait for the budget take; a holder that died is replaced after it. */
const HOLD_MS = 150_000;
const LOOK_EVERY_MS = 100;
const MAX_WAIT_MS = 5_000;

/**
 * The connection's access token, renewed by one worker at a time: a refresh token that changes at each use must not be
 * spent twice. Who comes while another renews waits for its token, and at the latest comes back later (NotYetError).
 */
export async function getToken(connection: string, grants: TokenGrants, stale?: string): Promise<string> {
  const until = Date.now() + MAX_WAIT_MS;
  do {
    const stored = await getItem<Stored>(items.token.key({ connection }));
    if (stored?.accessToken && isFresh(stored, stale)) return stored.accessToken;
    const owner = await hold(connection);
    if (owner) return renew(connection, owner, grants, stale);
    await sleep(LOOK_EVERY_MS);
  } while (Date.now() < until);
  throw new NotYetError(
    { code: 'token_renewal', description: `another worker renews the token of ${connection}` },
    LOOK_EVERY_MS,
  );
}

const isFresh = ({ accessToken, renewAt }: Stored, stale: string | undefined): boolean =>
  accessToken !== stale && Date.parse(renewAt) > Date.now();

function renewAt({ validUntil }: TokenPair): string {
  const end = Date.parse(validUntil);
  return new Date(end - Math.min(MARGIN_MS, Math.max(0, end - Date.now()) / 4)).toISOString();
}

async function renew(
  connection: string,
  owner: string,
  grants: TokenGrants,
  stale: string | undefined,
): Promise<string> {
  try {
    // It may have been renewed between the look and the hold.
    const stored = await getItem<Stored>(items.token.key({ connection }));
    if (stored?.accessToken && isFresh(stored, stale)) {
      await release(connection, owner, undefined);
      return stored.accessToken;
    }
    const pair = await obtain(stored, grants);
    await release(connection, owner, pair);
    return pair.accessToken;
  } catch (error) {
    await release(connection, owner, undefined);
    throw error;
  }
}

async function obtain(stored: Stored | undefined, { login, refresh }: TokenGrants): Promise<TokenPair> {
  const { refreshToken, refreshUntil } = stored ?? {};
  if (!refresh || !refreshToken || (refreshUntil !== undefined && Date.parse(refreshUntil) <= Date.now()))
    return login();
  try {
    return await refresh(refreshToken);
  } catch (error) {
    if (error instanceof RejectedError) return login();
    throw error;
  }
}

async function hold(connection: string): Promise<string | undefined> {
  const owner = randomUUID();
  const now = Date.now();
  const holder = { owner, until: new Date(now + HOLD_MS).toISOString() };
  const free = 'attribute_not_exists(holder) OR holder.#until <= :now';
  const held = await update(
    connection,
    'SET holder = :holder',
    free,
    { ':holder': holder, ':now': new Date(now).toISOString() },
    { '#until': 'until' },
  );
  return held ? owner : undefined;
}

async function release(connection: string, owner: string, pair: TokenPair | undefined): Promise<void> {
  const entries = Object.entries(pair ? { ...pair, renewAt: renewAt(pair) } : {}).filter(
    ([, value]) => value !== undefined,
  );
  const set = entries.length > 0 ? `SET ${entries.map(([name]) => `${name} = :${name}`).join(', ')} ` : '';
  const values = Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value]));
  await update(
    connection,
    `${set}REMOVE holder`,
    'holder.#owner = :owner',
    { ...values, ':owner': owner },
    { '#owner': 'owner' },
  );
}

/** False when somebody else holds it. */
async function update(
  connection: string,
  expression: string,
  condition: string,
  values: Record<string, unknown>,
  names: Record<string, string>,
): Promise<boolean> {
  try {
    await db.update({
      TableName: tableName(),
      Key: items.token.key({ connection }),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    });
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
