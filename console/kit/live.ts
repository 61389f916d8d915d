import { useEffect, useReducer } from 'preact/hooks';
import { reading } from './command-line.ts';
import { type Answer, type ApiPath, type Asked, ask, forgetters, type HubError, hubNow } from './hub.ts';

/** Something of the hub that is shown and kept fresh. */
export interface Live<T> {
  value: T | undefined;
  /** When it was read, in milliseconds since 1970. */
  at: number;
  /** What failed last; what was read before stays. */
  error: HubError | undefined;
  /** What reads it on the command line. */
  commands?: readonly string[];
}

/** What was read stays for who comes back to it. */
const entries = new Map<string, Live<unknown> & { loading?: Promise<void> | undefined }>();
/** What was read is old now: whoever shows it reads it again. */
export const forgetAll = (): void => entries.clear();
forgetters.add(forgetAll);

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
export const lookAgain = () => Promise.all([...looks].map((look) => look()));

/** Calls every few seconds while somebody may be looking, seldom while nobody moves or the hub is slow; returns what ends it. */
export function every(look: () => Promise<unknown>, everyMs = EVERY_MS): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async () => {
    const began = Date.now();
    await look();
    const isIdle = Date.now() - touched > IDLE_AFTER_MS;
    clearTimeout(timer);
    if (looks.has(look)) timer = setTimeout(tick, Math.max(everyMs, 4 * (Date.now() - began), isIdle ? IDLE_MS : 0));
  };
  // In a hidden page it ends, and begins anew when that is shown.
  const tick = () => (document.hidden ? undefined : void run());
  looks.add(look);
  document.addEventListener('visibilitychange', tick);
  void run();
  return () => {
    looks.delete(look);
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

function entryOf(key: string) {
  const known = entries.get(key) ?? { value: undefined, at: 0, error: undefined };
  entries.set(key, known);
  return known;
}

/** Reads something and keeps it fresh; `key` says what, and null that nothing is read. */
export function useLive<T>(key: string | null, load: () => Promise<T>, everyMs?: number): Live<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (key === null) return;
    return every(async () => {
      const own = entryOf(key);
      own.loading ??= load().then(
        (value) => void Object.assign(own, { value, at: hubNow(), error: undefined, loading: undefined }),
        (error) => void Object.assign(own, { error, loading: undefined }),
      );
      await own.loading;
      redraw(0);
    }, everyMs);
  }, [key]);
  const { value, at = 0, error } = key === null ? ({} as Partial<Live<unknown>>) : entryOf(key);
  return { value: value as T | undefined, at, error };
}

interface Of extends Pick<Asked, 'query'> {
  /** What stands in the path for `{id}`. */
  id?: string;
  everyMs?: number;
}

/** An answer of the hub, kept fresh; nothing is asked for without a path. */
export function useAnswer<Path extends ApiPath>(path: Path | null, of: Of = {}): Live<Answer<'get', Path>> {
  const { id = '', query, everyMs } = of;
  const at = path?.replace('{id}', encodeURIComponent(id)) ?? '';
  const live = useLive<Answer<'get', Path>>(
    path && `${at} ${JSON.stringify(query)}`,
    () => ask('get', at, { query }),
    everyMs,
  );
  return { ...live, commands: reading(at, query) };
}
