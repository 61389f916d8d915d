import type { Context } from 'hono';
import { shortHash } from '#lib/platform/hash';

/** Answers with an ETag, and 304 without a body to who has this very answer already. */
export function answerOnce<T extends object>(context: Context, body: T) {
  const etag = `"${shortHash(JSON.stringify(body))}"`;
  const known = (context.req.header('if-none-match') ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  context.header('ETag', etag);
  context.header('Cache-Control', 'private, no-cache');
  // A 304 has no body, and so no type of one.
  return known.includes(etag) ? (context.body(null, 304) as never) : context.json(body, 200);
}
