import type { HonoRequest } from 'hono';
import { parse } from 'hono/utils/cookie';
import { envName } from '#lib/platform/names';
import { ApiError } from './errors.ts';
import { type ApiKey, findApiKey } from './keys.ts';
import { sessions } from './sessions.ts';

/** `__Host-`: browsers accept it only from this very host, over https or from loopback. */
export const SESSION_COOKIE = '__Host-longshore';

/** Sent by agents' tools beside the key, which then may see and sign for less. */
const AGENT_HEADER = 'longshore-agent';

interface Caller {
  key: ApiKey;
  /** A program with a key, a person's browser with the cookie of a session, or an agent with a key and `AGENT_HEADER`. */
  as: 'program' | 'person' | 'agent';
}

/** Who calls, and what a session or an agent may be shown. */
export interface Callers {
  findCaller(request: HonoRequest): Promise<Caller>;
  mask(answer: Response): Promise<Response>;
}

/** Keep what a session was shown out of the caches of browsers and proxies. */
export const SESSION_HEADERS = [
  ['cache-control', 'no-store'],
  ['vary', 'Cookie'],
] as const;

/** Who calls, by API key or session. Throws ApiError 401 for nobody, 403 for somebody else's page. */
export const createFindCaller =
  ({ findKey = findApiKey } = {}): Callers['findCaller'] =>
  async (request) => {
    const authorization = request.header('authorization');
    const token = authorization === undefined ? sessionToken(request) : undefined;
    if (token === undefined) {
      const key = bearerKey(authorization);
      const found = key === undefined ? undefined : await findKey(key);
      if (found) return request.header(AGENT_HEADER) === undefined ? { key: found, as: 'program' } : agentOf(found);
      throw new ApiError(401, 'unauthorized', 'send a valid API key as Authorization: Bearer <key>');
    }
    if (!/^(GET|HEAD)$/.test(request.method)) requireOwnOrigin(request);
    const session = await sessions.find(token);
    if (session) return { key: session.key, as: 'person' };
    throw new ApiError(401, 'session_ended', 'the session has ended: sign in again');
  };

/** What an agent does is recorded as its own, not as something a person did with the same key. */
const agentOf = ({ name, scopes }: ApiKey): Caller => ({ key: { name: `mcp:${name}`, scopes }, as: 'agent' });

export const bearerKey = (authorization = ''): string | undefined => /^Bearer +(\S{1,512})$/i.exec(authorization)?.[1];

export const sessionToken = (request: HonoRequest): string | undefined =>
  parse(request.header('cookie') ?? '', SESSION_COOKIE)[SESSION_COOKIE];

/**
 * A browser also sends our cookie with requests of a page on another port of this host, and names that page in
 * `Origin`. Throws ApiError 403 unless it is ours.
 */
export function requireOwnOrigin(request: HonoRequest): void {
  const origin = request.header('origin');
  const own = [process.env[envName.publicUrl], `http://${request.header('host')}`, `https://${request.header('host')}`];
  if (!origin || !own.some((url) => URL.parse(url ?? '')?.origin === origin))
    throw new ApiError(
      403,
      'foreign_origin',
      'a session changes things from the console alone: this came from elsewhere',
    );
}

export const callers: Callers = {
  findCaller: createFindCaller(),
  // Loaded when a person first looks: programs with a key need none of it.
  mask: async (answer) => (await import('../mask.ts')).maskAnswer(answer),
};
