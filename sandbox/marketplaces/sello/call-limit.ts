import type { FastifyInstance, FastifyRequest } from 'fastify';
import { presentedKey, refuse } from './answers.ts';

const WINDOW_MS = 60_000;

/** How many calls a minute an account may make, and the unit in which the header says when they are renewed. */
export interface LimitSettings {
  requestsPerMinute: number;
  /** The document names no unit. */
  resetUnit: 'seconds' | 'unix';
}

export type CallLimit = ReturnType<typeof createCallLimit>;

/** The document says that calls are renewed all at once: a minute begins with a key's first call. */
export function createCallLimit(first: LimitSettings, now: () => Date) {
  let settings = first;
  const windows = new Map<string, { endsAt: number; used: number }>();

  const windowOf = (key: string, at: number): { endsAt: number; used: number } => {
    const current = windows.get(key);
    if (current && at < current.endsAt) return current;
    const opened = { endsAt: at + WINDOW_MS, used: 0 };
    windows.set(key, opened);
    return opened;
  };
  const resetIn = (seconds: number): string =>
    String(settings.resetUnit === 'seconds' ? seconds : Math.ceil(now().getTime() / 1000) + seconds);
  const keyOf = (request: FastifyRequest): string => presentedKey(request) ?? request.ip;

  return {
    /** The header's value for a moment this many seconds from now. */
    resetIn,
    settings: () => settings,
    change(change: Partial<LimitSettings>) {
      settings = { ...settings, ...change };
      return settings;
    },
    /** Counts every request of this scope, and says in its headers how many are left. */
    apply(app: FastifyInstance) {
      app.addHook('onRequest', async (request, reply) => {
        const at = now().getTime();
        const window = windowOf(keyOf(request), at);
        const allowed = window.used < settings.requestsPerMinute;
        if (allowed) window.used += 1;
        reply.headers({
          'x-ratelimit-limit': String(settings.requestsPerMinute),
          'x-ratelimit-remaining': String(Math.max(0, settings.requestsPerMinute - window.used)),
          'x-ratelimit-reset': resetIn(Math.ceil((window.endsAt - at) / 1000)),
        });
        if (!allowed) throw refuse(429, 'Too Many Requests');
      });
    },
  };
}
