import type { MiddlewareHandler } from 'hono';
import { ApiError } from './errors.ts';
import { type ApiKey, findApiKey, type Scope } from './keys.ts';

export interface ApiEnv {
  Variables: { key: ApiKey };
}

/** Lets through who bears a key with this scope; `ops` may do everything. */
export function requireScope(scope: Scope): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const [, key] = /^Bearer +(\S{1,512})$/i.exec(context.req.header('authorization') ?? '') ?? [];
    const found = key && (await findApiKey(key));
    if (!found) throw new ApiError(401, 'unauthorized', 'send a valid API key as Authorization: Bearer <key>');
    if (!found.scopes.includes(scope) && !found.scopes.includes('ops'))
      throw new ApiError(403, 'forbidden', `the API key ${found.name} lacks the scope ${scope}`);
    context.set('key', found);
    await next();
  };
}
