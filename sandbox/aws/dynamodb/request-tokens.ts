import { hash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { expiryKey, takeDue } from './expiry.ts';
import { REQUEST_TOKENS } from './key-space.ts';
import type { Plan } from './plan.ts';
import type { Store } from './store.ts';

const TOKEN_TTL_SECONDS = 600;
// A key space of its own: no table's name has a colon.
const EXPIRY = ':tokens';

interface Note {
  digest: string;
  /** When the token lapses, in seconds since 1970. */
  until: number;
}

/** Whether this very request was carried out in the last ten minutes; if not, plans to note that it now is. */
export function alreadyDone(store: Store, plan: Plan, token: string, digest: string): boolean {
  const id = hash('sha256', token);
  const known = store.rows.get(REQUEST_TOKENS + id) as Note | undefined;
  const now = Math.floor(Date.now() / 1000);
  if (known && known.until > now) {
    if (known.digest === digest) return true;
    throw new AwsError(
      'com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }
  if (known) plan.entries.push({ type: 'del', key: expiryKey(EXPIRY, known.until, id) });
  const note: Note = { digest, until: now + TOKEN_TTL_SECONDS };
  plan.entries.push(
    { type: 'put', key: REQUEST_TOKENS + id, value: note },
    { type: 'put', key: expiryKey(EXPIRY, note.until, id), value: id },
  );
  return false;
}

/** Plans to forget at most `limit` lapsed tokens; returns how many. */
export function forgetTokens(store: Store, plan: Plan, nowSeconds: number, limit: number): number {
  const ids = takeDue(store, plan, { table: EXPIRY, nowSeconds, limit });
  for (const id of ids) plan.entries.push({ type: 'del', key: REQUEST_TOKENS + id });
  return ids.length;
}
