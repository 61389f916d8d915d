import { generateCookie } from 'hono/cookie';
import { publicUrl } from '#lib/platform/settings';
import * as z from '#lib/platform/zod';
import { bearerKey, callers, requireOwnOrigin, SESSION_COOKIE, sessionToken } from './kit/caller.ts';
import { ApiError, errorResponses } from './kit/errors.ts';
import { doc, named } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';
import { CODE_SECONDS, SESSION_SECONDS, type Session as Stored, sessions } from './kit/sessions.ts';

const Session = named(
  'Session',
  z.object({
    key: doc(z.string(), { description: "The API key's name.", example: 'operator' }),
    scopes: doc(z.array(z.string()), { example: ['ops'] }),
    expiresAt: z.iso.datetime(),
  }),
);

const SignIn = named(
  'SignIn',
  z
    .strictObject({
      key: doc(z.optional(z.string().check(z.maxLength(512))), { description: 'An API key.' }),
      code: doc(z.optional(z.string().check(z.maxLength(512))), { description: 'A code of `POST /session/codes`.' }),
    })
    .check(z.refine(({ key, code }) => (key === undefined) !== (code === undefined), 'name either key or code')),
  { example: { key: 'lsk_…' } },
);

const Code = named('SignInCode', z.object({ code: z.string(), url: z.string(), expiresAt: z.iso.datetime() }));

export const routes = new Routes('hub');

const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;
const NO_STORE = { 'cache-control': 'no-store' };
export const presentSession = ({ key, expiresAt }: Stored) => ({ key: key.name, scopes: [...key.scopes], expiresAt });

routes.add('GET /session', {
  summary: 'The name and scopes of the API key or session',
  scope: 'any',
  responses: { 200: json('The caller.', z.pick(Session, { key: true, scopes: true })), ...errorResponses(401, 500) },
  answer: async ({ context }) => {
    const { name, scopes } = (await callers.findCaller(context.req)).key;
    return context.json({ key: name, scopes: [...scopes] }, 200, NO_STORE);
  },
});

routes.add('POST /session', {
  summary: 'Begins a session of the console',
  description: `The cookie stands for the key for ${SESSION_SECONDS / 3600} hours at most, and ends with it. What a session is answered is masked.`,
  scope: null,
  request: { body: body(SignIn) },
  responses: { 200: json('Signed in; the cookie is set.', Session), ...errorResponses(400, 401, 403, 413, 415, 500) },
  answer: async ({ body: { key, code = '' }, context }) => {
    // No page may sign a browser in as somebody else.
    if (context.req.header('origin') !== undefined) requireOwnOrigin(context.req);
    const started = await (key === undefined ? sessions.startWithCode(code) : sessions.startWithKey(key));
    const why = key === undefined ? 'the link was used or is too old' : 'no such API key';
    if (!started) throw new ApiError(401, 'unauthorized', why);
    const cookie = generateCookie(SESSION_COOKIE, started.token, { ...COOKIE, maxAge: SESSION_SECONDS });
    return context.json(presentSession(started.session), 200, { ...NO_STORE, 'set-cookie': cookie });
  },
});

routes.add('DELETE /session', {
  summary: 'Ends the session whose cookie is sent',
  scope: null,
  responses: { 200: json('There is none.', z.object({ session: z.null() })), ...errorResponses(403, 413, 500) },
  answer: async ({ context }) => {
    const token = sessionToken(context.req);
    if (token !== undefined) {
      requireOwnOrigin(context.req);
      await sessions.end(token);
    }
    const cookie = generateCookie(SESSION_COOKIE, '', { ...COOKIE, maxAge: 0 });
    return context.json({ session: null }, 200, { ...NO_STORE, 'set-cookie': cookie });
  },
});

routes.add('POST /session/codes', {
  summary: 'A link that signs in to the console once',
  description: `For whoever has an API key of any scope, for ${CODE_SECONDS / 60} minutes. The code stands behind \`#\`, which browsers send to nobody.`,
  scope: 'any',
  responses: { 201: json('The link.', Code), ...errorResponses(401, 413, 500) },
  answer: async ({ context }) => {
    const key = bearerKey(context.req.header('authorization'));
    if (key === undefined)
      throw new ApiError(401, 'unauthorized', 'send a valid API key as Authorization: Bearer <key>');
    await callers.findCaller(context.req);
    const { code, expiresAt } = await sessions.createCode(key);
    return context.json({ code, url: `${publicUrl()}/console/sign-in#${code}`, expiresAt }, 201, NO_STORE);
  },
});
