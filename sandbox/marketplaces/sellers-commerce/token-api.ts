import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import type { Issued, Tokens } from './tokens.ts';

/** `POST /token`, and the bearer check of everything else in this scope. */
export function serveTokens(app: FastifyInstance, tokens: Tokens): void {
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.url === '/token') return;
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined || !tokens.accepts(token)) {
      throw new Refusal(401, { Message: 'Authorization has been denied for this request.' });
    }
  });

  // POST /token
  app.post('/token', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const form = formOf(request);
    const grant = form?.get('grant_type') ?? '';
    if (grant === 'password') {
      return issuedOr(tokens.login(form?.get('username') ?? '', form?.get('password') ?? ''));
    }
    if (grant === 'refresh_token') return issuedOr(tokens.refresh(form?.get('refresh_token') ?? ''));
    tokens.recordRefusal(grant || '(none)', form ? 'unsupported grant type' : 'not form-encoded');
    throw new Refusal(400, { error: 'unsupported_grant_type' });
  });
}

/** Why a token is refused is not said: the control surface says it. */
function issuedOr(issued: Issued | null): Issued {
  if (!issued) throw new Refusal(400, { error: 'invalid_grant' });
  return issued;
}

function formOf({ headers, body }: FastifyRequest): URLSearchParams | null {
  const isForm = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded');
  return isForm ? new URLSearchParams(String(body ?? '')) : null;
}
