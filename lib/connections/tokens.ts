import { setTimeout as sleep } from 'node:timers/promises';
import { NotYetError, RejectedError } from '#lib/platform/errors';
import * as items from '#lib/platform/table/items';
import { type Lease, takeLease, writeLeased } from '#lib/platform/table/lease';
import { db, getItem } from '#lib/platform/table/table';

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

type Stored = TokenPair & { renewAt: string; holder?: Lease };

/** A token is renewed this long before it lapses, a short-lived one in the last quarter of its life. */
const MARGIN_MS = 60_000;
/** Longer than a refresh and a login that both wait for the budget take; a holder that died is replaced after it. */
const HOLD_SECONDS = 150;
const LOOK_EVERY_MS = 100;
const MAX_WAIT_MS = 5_000;

interface Here {
  table?: typeof db;
  now?: () => number;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * The connection's access token, renewed by one worker at a time: a refresh token that changes at each use must not be
 * spent twice. Who comes while another renews waits for its token, and at the latest comes back later (NotYetError).
 */
export async function getToken(
  connection: string,
  grants: TokenGrants,
  stale?: string,
  { table = db, now = Date.now, wait = sleep }: Here = {},
): Promise<string> {
  const key = items.token.key({ connection });
  const until = now() + MAX_WAIT_MS;
  do {
    const stored = await getItem<Stored>(key, table);
    if (isFresh(stored, stale, now())) return stored.accessToken;
    const wanted = { key, member: 'holder', seconds: HOLD_SECONDS, now: new Date(now()) };
    const held = await takeLease(wanted, table);
    if (held) return renew(held);
    await wait(LOOK_EVERY_MS);
  } while (now() < until);
  throw new NotYetError(
    { code: 'token_renewal', description: `another worker renews the token of ${connection}` },
    LOOK_EVERY_MS,
  );

  async function renew({ item, lease }: { item: Partial<Stored>; lease: Lease }): Promise<string> {
    const release = (pair?: TokenPair) =>
      writeLeased(
        { key, member: 'holder', owner: lease.owner },
        { ...pair, ...(pair && { renewAt: renewAt(pair, now()) }), holder: undefined },
        table,
      );
    try {
      // It may have been renewed between the look and the hold.
      const pair = isFresh(item, stale, now()) ? undefined : await obtain(item, grants, now());
      await release(pair);
      return pair?.accessToken ?? item.accessToken ?? '';
    } catch (error) {
      await release();
      throw error;
    }
  }
}

const isFresh = (stored: Partial<Stored> | undefined, stale: string | undefined, now: number): stored is Stored =>
  stored?.accessToken !== undefined && stored.accessToken !== stale && Date.parse(stored.renewAt ?? '') > now;

function renewAt({ validUntil }: TokenPair, now: number): string {
  const end = Date.parse(validUntil);
  return new Date(end - Math.min(MARGIN_MS, Math.max(0, end - now) / 4)).toISOString();
}

async function obtain(
  { refreshToken, refreshUntil }: Partial<Stored>,
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
