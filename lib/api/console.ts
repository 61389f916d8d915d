import { brotliDecompressSync } from 'node:zlib';
import type { Hono } from 'hono';
import { createApp } from './kit/app.ts';
import { sessionToken } from './kit/caller.ts';
import { errorBody } from './kit/errors.ts';
import type { ApiEnv } from './kit/route.ts';
import { sessions } from './kit/sessions.ts';
import { presentSession, routes } from './session.ts';

/** What `console/build.ts` makes. */
type ConsoleFiles = typeof import('#console/files.json')['default'];

/** Undefined if the console was not built. */
async function loadFiles(): Promise<ConsoleFiles | undefined> {
  try {
    return (await import('#console/files.json', { with: { type: 'json' } })).default;
  } catch {
    return undefined;
  }
}

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "form-action 'self'"],
    ...["base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'"],
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};
/** Requests what Home shows first while its script loads: browsers warn about a preload that nobody uses. */
const FIRST_CALL = '<link rel="preload" as="fetch" crossorigin href="/deliveries/causes">';
const FOR_GOOD = 'public, max-age=31536000, immutable';
const NOT_BUILT = { code: 'not_built', description: 'the console was not built: npm start and a deployment build it' };
const NO_FILE = { code: 'not_found', description: 'there is no such file: reload the page' };

/** The console's files, and the document that all its screens share: it says who is signed in. */
export function createConsole(load = loadFiles, findSession = sessions.find): Hono<ApiEnv> {
  const app = createApp(routes, {});
  let loaded: ReturnType<typeof load> | undefined;
  app.get('/console', ({ redirect }) => redirect('/console/', 308));
  app.get('/console/*', async (context) => {
    const { req } = context;
    loaded ??= load();
    const built = await loaded;
    if (!built) return context.json(errorBody(NOT_BUILT), 503);
    if (req.path.startsWith('/console/assets/')) {
      const file = built.files[req.path.slice('/console/'.length)];
      return file ? fileAnswer(file, req.header('accept-encoding')) : context.json(errorBody(NO_FILE), 404);
    }
    const token = sessionToken(req);
    const session = token === undefined ? undefined : await findSession(token);
    const shown = session ? JSON.stringify(presentSession(session)) : '';
    const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
    const mayAsk = req.path === '/console/' && session?.key.scopes.includes('ops');
    const document = built.document
      .replace('{{session}}', () => escapeAttribute(shown))
      .replace('{{first}}', mayAsk ? FIRST_CALL : '');
    return context.body(document, 200, headers);
  });
  return app;
}

function fileAnswer({ type, br, gzip }: ConsoleFiles['files'][string], accepted = ''): Response {
  const headers = { ...HEADERS, 'content-type': type, 'cache-control': FOR_GOOD, vary: 'Accept-Encoding' };
  const packed = Buffer.from(br, 'base64');
  if (/\bbr\b/.test(accepted)) return new Response(packed, { headers: { ...headers, 'content-encoding': 'br' } });
  if (!/\bgzip\b/.test(accepted)) return new Response(brotliDecompressSync(packed), { headers });
  return new Response(Buffer.from(gzip, 'base64'), { headers: { ...headers, 'content-encoding': 'gzip' } });
}

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
