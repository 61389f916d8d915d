import { useEffect, useReducer } from 'preact/hooks';
import { type Answer, type ApiPath, type Asked, ask, forgetters, type HubError, hubNow } from './hub.ts';

/** Something of the hub that is shown and kept fresh. */
export interface Live<T> {
  value: T | undefined;
  /** When it was read, in milliseconds since 1970. */
  at: number;
  /** What failed last; what was read before stays. */
  error: HubError | undefined;
  reload(): Promise<void>;
}

interface Entry {
  value?: unknown;
  at: number;
  error?: unknown;
  loading?: Promise<void> | undefined;
}

/** What was read stays for who comes back to it. */
const entries = new Map<string, Entry>();
forgetters.add(() => entries.clear());

/** What was read is old now: whoever shows it reads it again. */
export const forgetAll = (): void => entries.clear();

const EVERY_MS = 4_000;
/** With the half minute for which a hub knows a key, a revoked one is told of within forty seconds. */
const IDLE_MS = 8_000;
const IDLE_AFTER_MS = 120_000;

let touched = Date.now();
const touch = () => {
  touched = Date.now();
};
for (const event of ['keydown', 'pointerdown', 'pointermove', 'scroll'])
  addEventListener(event, touch, { passive: true });

/** What each part of the screen does to read again what it shows. */
const looks = new Set<() => Promise<unknown>>();
export const lookAgain = (): void => {
  for (const look of looks) void look();
};

/**
 * Calls every few seconds while somebody may be looking, seldom while nobody moves or the hub is slow; returns what ends
 * it.
 */
export function every(look: () => Promise<unknown>, everyMs = EVERY_MS): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const next = (tookMs = 0) => {
    clearTimeout(timer);
    const isIdle = Date.now() - touched > IDLE_AFTER_MS;
    if (!stopped) timer = setTimeout(tick, Math.max(everyMs, 4 * tookMs, isIdle ? IDLE_MS : 0));
  };
  const tick = async () => {
    const began = Date.now();
    if (!document.hidden) await look().catch(() => undefined);
    next(Date.now() - began);
  };
  const onShow = () => {
    clearTimeout(timer);
    if (!document.hidden) void tick();
  };
  document.addEventListener('visibilitychange', onShow);
  looks.add(look);
  next();
  return () => {
    stopped = true;
    looks.delete(look);
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onShow);
  };
}

/** Reads something and keeps it fresh; `key` says what, and null that nothing is read. */
export function useLive<T>(key: string | null, load: () => Promise<T>, { everyMs = EVERY_MS } = {}): Live<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const entry = key === null ? undefined : entryOf(key);
  const reload = async () => {
    if (key === null) return;
    const own = entryOf(key);
    own.loading ??= load().then(
      (value) => void Object.assign(own, { value, at: hubNow(), error: undefined, loading: undefined }),
      (error) => void Object.assign(own, { error, loading: undefined }),
    );
    await own.loading;
    redraw(0);
  };
  useEffect(() => {
    if (key === null) return;
    void reload();
    return every(reload, everyMs);
  }, [key]);
  return {
    value: entry?.value as T | undefined,
    at: entry?.at ?? 0,
    error: entry?.error as HubError | undefined,
    reload,
  };
}

interface Of extends Pick<Asked, 'query'> {
  /** What stands in the path for `{id}`. */
  id?: string;
  everyMs?: number;
}

/** An answer of the hub, kept fresh; nothing is asked for without a path. */
export function useAnswer<Path extends ApiPath>(path: Path | null, of: Of = {}): Live<Answer<'get', Path>> {
  const { id = '', query, ...options } = of;
  const at = path?.replace('{id}', encodeURIComponent(id)) ?? '';
  return useLive(path && `${at} ${JSON.stringify(query)}`, () => ask('get', at, { query }), options);
}

function entryOf(key: string): Entry {
  const known = entries.get(key) ?? { at: 0 };
  entries.set(key, known);
  return known;
}
