import { randomBytes } from 'node:crypto';
import * as items from '#lib/platform/table/items';
import { db, getItem, isWritten, type Key } from '#lib/platform/table/table';
import { type ApiKey, findKeyByHash, hashKey } from './keys.ts';

/** A working day: after that a browser left open has to sign in again. */
export const SESSION_SECONDS = 8 * 3600;
/** Long enough to go from the terminal to the browser. */
export const CODE_SECONDS = 600;

/** What is stored of a session: the hash of its key, and when it ends. Neither cookie nor key is stored. */
interface Kept {
  keyHash: string;
  /** UTC. The table removes what has ended, but late. */
  until: string;
}

export interface Session {
  key: ApiKey;
  /** UTC. */
  expiresAt: string;
}

/** Sessions of the console, and the codes that begin one once. */
export function openSessions({ table = db, findKey = findKeyByHash, now = () => Date.now() } = {}) {
  const isOver = ({ until }: Kept) => Date.parse(until) <= now();
  const keep = (key: Key, keyHash: string, seconds: number): Promise<{ until: string }> => {
    const until = new Date(now() + seconds * 1000).toISOString();
    const expiresAt = Math.ceil(Date.parse(until) / 1000);
    return table.put({ Item: { ...key, keyHash, until, expiresAt } }).then(() => ({ until }));
  };

  async function start(keyHash: string): Promise<{ token: string; session: Session } | undefined> {
    const key = await findKey(keyHash);
    if (!key) return undefined;
    const token = newToken();
    const { until } = await keep(items.session.key({ hash: hashKey(token) }), keyHash, SESSION_SECONDS);
    return { token, session: { key, expiresAt: until } };
  }

  return {
    /** Begins a session with an API key; undefined for one that is nobody's. */
    startWithKey: (key: string) => start(hashKey(key)),

    /** Begins a session with a code, which works once; undefined for one that is unknown, used or too old. */
    async startWithCode(code: string) {
      const Key = items.signInCode.key({ hash: hashKey(code) });
      const kept = await getItem<Kept>(Key, table);
      const isFirst = kept && (await isWritten(table.delete({ Key, ConditionExpression: 'attribute_exists(pk)' })));
      return isFirst && !isOver(kept) ? start(kept.keyHash) : undefined;
    },

    /** A code for whoever has this key; `expiresAt` is UTC. */
    async createCode(key: string): Promise<{ code: string; expiresAt: string }> {
      const code = newToken();
      const { until } = await keep(items.signInCode.key({ hash: hashKey(code) }), hashKey(key), CODE_SECONDS);
      return { code, expiresAt: until };
    },

    /** Read anew each time, as a session that was ended must not live on in a warm instance. */
    async find(token: string): Promise<Session | undefined> {
      const kept = await getItem<Kept>(items.session.key({ hash: hashKey(token) }), table);
      if (!kept || isOver(kept)) return undefined;
      const key = await findKey(kept.keyHash);
      return key && { key, expiresAt: kept.until };
    },

    end: (token: string): Promise<unknown> => table.delete({ Key: items.session.key({ hash: hashKey(token) }) }),
  };
}

const newToken = (): string => randomBytes(32).toString('base64url');

export const sessions = openSessions();
