import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Base } from '../base.ts';
import { Refusal } from '../refusal.ts';

export interface Credentials {
  accessKey: string;
  sharedSecret: string;
}

export interface Lifetimes {
  accessTokenSeconds: number;
  refreshTokenSeconds: number;
}

/** A call to `/token`. Tokens are shown by their ids, never themselves. */
interface TokenCall {
  at: string;
  grant: string;
  outcome: 'issued' | 'refused';
  /** Why it was refused. */
  reason: string | null;
  /** The id of the refresh token that was sent. */
  refreshToken: string | null;
}

export interface Issued {
  access_token: string;
  token_type: 'bearer';
  expires_in: number;
  refresh_token: string;
}

interface AccessToken {
  key: string;
  expiresAt: number;
}

interface RefreshToken {
  key: string;
  id: string;
  expiresAt: number;
  spentAt: string | null;
  againAt: string[];
}

/** The account's tokens. They are kept hashed. */
export type Tokens = ReturnType<typeof createTokens>;

// How long a spent or lapsed refresh token is still remembered by its id.
const REMEMBERED_MS = 24 * 3_600_000;
const KEPT_CALLS = 1000;

export function createTokens(base: Base, credentials: Credentials, initial: Lifetimes) {
  const { store, now } = base;
  const access = store.collection<AccessToken>('access-tokens');
  const refreshes = store.collection<RefreshToken>('refresh-tokens');
  const calls = store.collection<TokenCall>('token-calls');
  const kept = store.collection<Lifetimes>('token-lifetimes');
  const lifetimes = (): Lifetimes => kept.get('lifetimes') ?? initial;

  const record = (grant: string, reason: string | null, refreshToken: string | null): void => {
    const number = store.next('token-calls');
    const outcome = reason === null ? 'issued' : 'refused';
    calls.put(String(number), { at: now().toISOString(), grant, outcome, reason, refreshToken });
    calls.remove(String(number - KEPT_CALLS));
  };

  const issue = (): Issued => {
    const at = now().getTime();
    for (const { key, expiresAt } of access.list()) if (expiresAt <= at) access.remove(key);
    for (const { key, expiresAt } of refreshes.list()) if (expiresAt + REMEMBERED_MS <= at) refreshes.remove(key);
    const { accessTokenSeconds, refreshTokenSeconds } = lifetimes();
    const accessToken = randomBytes(64).toString('base64url');
    const refreshToken = randomUUID();
    const key = hash(accessToken);
    access.put(key, { key, expiresAt: at + accessTokenSeconds * 1000 });
    refreshes.put(hash(refreshToken), {
      key: hash(refreshToken),
      id: `rt_${store.next('refresh-tokens')}`,
      expiresAt: at + refreshTokenSeconds * 1000,
      spentAt: null,
      againAt: [],
    });
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: Math.floor(accessTokenSeconds),
      refresh_token: refreshToken,
    };
  };

  return {
    /** Null, with the reason on record, if the caller gets none. */
    login(accessKey: string, sharedSecret: string) {
      const known = accessKey === credentials.accessKey && sharedSecret === credentials.sharedSecret;
      record('password', known ? null : 'wrong access key or shared secret', null);
      return known ? issue() : null;
    },
    refresh(text: string) {
      const token = refreshes.get(hash(text));
      const at = now();
      const reason = !token
        ? 'unknown'
        : token.spentAt !== null
          ? 'spent'
          : token.expiresAt <= at.getTime()
            ? 'expired'
            : null;
      record('refresh_token', reason, token?.id ?? null);
      if (token && reason === 'spent')
        refreshes.put(token.key, { ...token, againAt: [...token.againAt, at.toISOString()] });
      if (!token || reason !== null) return null;
      refreshes.put(token.key, { ...token, spentAt: at.toISOString() });
      return issue();
    },
    recordRefusal: (grant: string, reason: string) => record(grant, reason, null),
    accepts: (accessToken: string) => (access.get(hash(accessToken))?.expiresAt ?? 0) > now().getTime(),
    setLifetimes: (change: Partial<Lifetimes>) => kept.put('lifetimes', { ...lifetimes(), ...change }),
    /** Expires tokens early; returns how many. */
    expire(which: 'access' | 'refresh' | 'all') {
      const expiresAt = now().getTime();
      const ended = <T extends { key: string; expiresAt: number }>(tokens: T[]): T[] =>
        tokens.filter((token) => token.expiresAt > expiresAt);
      const endedAccess = which === 'refresh' ? [] : ended(access.list());
      const endedRefresh = which === 'access' ? [] : ended(refreshes.list());
      for (const token of endedAccess) access.put(token.key, { ...token, expiresAt });
      for (const token of endedRefresh) refreshes.put(token.key, { ...token, expiresAt });
      return endedAccess.length + endedRefresh.length;
    },
    report() {
      const all = calls.list();
      const issued = all.filter(({ outcome }) => outcome === 'issued').length;
      const spentAgain = refreshes
        .list()
        .filter(({ againAt }) => againAt.length > 0)
        .map(({ id, spentAt, againAt }) => ({ refreshToken: id, spentAt: spentAt ?? '', againAt }));
      return {
        lifetimes: lifetimes(),
        counts: { issued, refused: all.length - issued, spentAgain: spentAgain.length },
        // Shows whether several workers have spent the same refresh token.
        spentAgain,
        calls: all,
      };
    },
  };
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** `POST /token`, and the bearer check of everything else in this scope. */
export function serveTokens(app: FastifyInstance, tokens: Tokens): void {
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.url === '/token') return;
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined || !tokens.accepts(token))
      throw new Refusal(401, { Message: 'Authorization has been denied for this request.' });
  });

  app.post('/token', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const form = formOf(request);
    const grant = form?.get('grant_type') ?? '';
    if (grant === 'password') return issuedOr(tokens.login(form?.get('username') ?? '', form?.get('password') ?? ''));
    if (grant === 'refresh_token') return issuedOr(tokens.refresh(form?.get('refresh_token') ?? ''));
    tokens.recordRefusal(grant || '(none)', form ? 'unsupported grant type' : 'not form-encoded');
    throw new Refusal(400, { error: 'unsupported_grant_type' });
  });
}

/** The answer does not say why a token was refused; the control surface does. */
function issuedOr(issued: Issued | null): Issued {
  if (!issued) throw new Refusal(400, { error: 'invalid_grant' });
  return issued;
}

function formOf({ headers, body }: FastifyRequest): URLSearchParams | null {
  const isForm = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded');
  return isForm ? new URLSearchParams(String(body ?? '')) : null;
}
