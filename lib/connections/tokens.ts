import { setTimeout as sleep } from 'node:timers/promises';
import { NotYetError, RejectedError } from '#lib/platform/errors';
import * as items from '#lib/platform/table/items';
import { type Lease, takeLease, writeLeased } from '#lib/platform/table/lease';
import { db, getItem } from '#lib/platform/table/table';
import type { Connection } from './connection.ts';
import { getTokenKey } from './credentials.ts';
import { seal, unseal } from './seal.ts';

/** What a vendor's token endpoint answers, with lifetimes as instants. */
export interface TokenPair {
  accessToken: string;
  /** Not named `expiresAt`, which the table takes for an item's end. */
  validUntil: string;
  refreshToken?: string;
  refreshUntil?: string;
}

/** The vendor's two ways to get a token. `refresh` throws RejectedError for a refresh token used before or expired. */
export interface TokenGrants {
  login(): Promise<TokenPair>;
  refresh?(refreshToken: string): Promise<TokenPair>;
}

/** The instant of the next renewal, beside the token pair: sealed, or in the clear as older versions wrote it. */
interface Stored extends Partial<TokenPair> {
  renewAt?: string;
  sealed?: string;
}

type Opened = Omit<Stored, 'sealed'>;

/** How long before it expires a token is renewed; a short-lived one in the last quarter of its life. */
const MARGIN_MS = 60_000;
/** Longer than a refresh and a login that both wait for the rate limit; then a holder that died is replaced. */
const HOLD_SECONDS = 150;
const LOOK_EVERY_MS = 100;
const MAX_WAIT_MS = 5_000;

interface Here {
  table?: typeof db;
  keyOf?: typeof getTokenKey;
  now?: () => number;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * The connection's access token, renewed by one worker at a time: a refresh token that changes with each use must not
 * be used twice. Others wait for that worker's token, and try again later if it does not come (NotYetError).
 */
export async function getToken(
  { id, marketplace }: Pick<Connection, 'id' | 'marketplace'>,
  grants: TokenGrants,
  stale?: string,
  { table = db, keyOf = getTokenKey, now = Date.now, wait = sleep }: Here = {},
): Promise<string> {
  const key = items.token.key({ connection: id });
  const until = now() + MAX_WAIT_MS;
  do {
    const stored = await open(await getItem<Stored>(key, table));
    if (isFresh(stored, stale, now())) return stored.accessToken;
    const wanted = { key, member: 'holder', seconds: HOLD_SECONDS, now: new Date(now()) };
    const held = await takeLease(wanted, table);
    if (held) return renew(held);
    await wait(LOOK_EVERY_MS);
  } while (now() < until);
  throw new NotYetError(
    { code: 'token_renewal', description: `another worker renews the token of ${id}` },
    LOOK_EVERY_MS,
  );

  async function renew({ item, lease }: { item: Stored; lease: Lease }): Promise<string> {
    const release = (members = {}) =>
      writeLeased({ key, member: 'holder', owner: lease.owner }, { ...members, holder: undefined }, table);
    try {
      // It may have been renewed between the read and the lease.
      const stored = await open(item);
      if (isFresh(stored, stale, now())) {
        await release();
        return stored.accessToken;
      }
      const pair = await obtain(stored, grants, now());
      await release(await sealed(pair));
      return pair.accessToken;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** What was sealed with a key that is gone counts as nothing. */
  async function open(stored: Stored = {}): Promise<Opened> {
    if (!stored.sealed) return stored;
    for (const maxAgeMs of [undefined, 0]) {
      const tokenKey = await keyOf(marketplace, maxAgeMs);
      const text = tokenKey === undefined ? undefined : unseal(stored.sealed, tokenKey, id);
      if (text !== undefined) return { ...JSON.parse(text), renewAt: stored.renewAt };
    }
    return {};
  }

  async function sealed(pair: TokenPair): Promise<Record<keyof TokenPair | 'sealed' | 'renewAt', string | undefined>> {
    const tokenKey = await keyOf(marketplace);
    const inClear = { accessToken: undefined, validUntil: undefined, refreshToken: undefined, refreshUntil: undefined };
    // A hub of an older version has no key until the connections are put again.
    const kept = tokenKey ? { sealed: seal(JSON.stringify(pair), tokenKey, id) } : { ...pair, sealed: undefined };
    return { ...inClear, ...kept, renewAt: renewAt(pair, now()) };
  }
}

const isFresh = (stored: Opened, stale: string | undefined, now: number): stored is Opened & { accessToken: string } =>
  stored.accessToken !== undefined && stored.accessToken !== stale && Date.parse(stored.renewAt ?? '') > now;

function renewAt({ validUntil }: TokenPair, now: number): string {
  const end = Date.parse(validUntil);
  return new Date(end - Math.min(MARGIN_MS, Math.max(0, end - now) / 4)).toISOString();
}

async function obtain(
  { refreshToken, refreshUntil }: Opened,
  { login, refresh }: TokenGrants,
  now: number,
): Promise<TokenPair> {
  if (!refresh || !refreshToken || (refreshUntil !== undefined && Date.parse(refreshUntil) <= now)) return login();
  try {
    return await refresh(refreshToken);
  } catch (error) {
    if (error instanceof RejectedError) return login();
    throw error;
  }
}
