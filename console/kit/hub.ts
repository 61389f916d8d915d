import { signal } from '@preact/signals';
import { useEffect, useReducer } from 'preact/hooks';
import { type Answer, type ApiPath, createClient, HubError, type Shape } from '#client/index';
import { reading } from './command-line.ts';
import { go, hrefOf, place } from './place.ts';

export type { Answer, HubError, Shape } from '#client/index';

export type Delivery = Shape<'Delivery'>;
export type Order = Shape<'Order'>;
export type Session = Shape<'Session'>;
/** An order, and those of its deliveries that the key may see. */
export type Parts = { order: Order; deliveries: readonly Delivery[] };
const written = document.querySelector<HTMLMetaElement>('meta[name="longshore-session"]')?.content;
export const session = signal(written ? (JSON.parse(written) as Session) : undefined);
/** Why the sign-in screen is shown, where it was not asked for. */
export const signedOutBecause = signal('');

/** What the signed-in key may do: `ops` includes every scope but `privacy`. */
export const may = (scope: 'ops' | 'orders:read' | 'changes:read'): boolean =>
  [scope, 'ops'].some((each) => session.value?.scopes.includes(each));

/** How far the hub's clock is ahead of this machine's, in milliseconds. */
let aheadMs = 0;
/** The hub's time: by it something is late, or was a minute ago. */
export const hubNow = (): number => Date.now() + aheadMs;
const CLOCKS_DIFFER_MS = 5_000;

// Polls come again by themselves, and what a person asks for is told at once.
const client = createClient({
  ...{ url: location.origin, retries: 0, timeoutMs: 30_000 },
  async fetch(asked, how) {
    const request = new Request(asked);
    const { url, method, headers } = request;
    // A body that is text is shown by the browser's own tools, where a request's is not.
    const answer = await fetch(url, { ...how, method, headers, body: (await request.text()) || null });
    const ahead = Date.parse(answer.headers.get('date') ?? '') - Date.now();
    aheadMs = Math.abs(ahead) > CLOCKS_DIFFER_MS ? ahead : 0;
    return answer;
  },
});

interface Asked {
  query?: Readonly<Record<string, string | number | undefined>> | undefined;
  body?: unknown;
}

/** Asks the hub. A session that has ended leads to the sign-in screen, and from there back. */
export async function ask<T>(
  method: 'get' | 'post' | 'patch' | 'delete',
  path: string,
  { query, ...sent }: Asked = {},
): Promise<T> {
  try {
    const { data } = await client.request(method, path as never, { params: { query }, ...sent } as never);
    // `{}` or null comes from what stands between, and is no empty list.
    if (method === 'get' && Object.keys(data ?? {}).length === 0)
      throw new HubError(0, 'no_answer', 'the hub’s answer says nothing');
    return data as T;
  } catch (error) {
    // To the client whoever answers no JSON is no hub; this page came from one.
    if (!(error instanceof HubError) || error.code === 'not_json')
      throw new HubError(0, 'cut_off', 'the hub’s answer broke off');
    if (error.status === 401 && session.value && path !== '/session') leave('Your session has ended.');
    throw error;
  }
}

/** Who is signed in no more: what was shown is forgotten with the session, and `next` leads back to it. */
export function leave(because: string): void {
  const { path, query } = place.value;
  session.value = undefined;
  signedOutBecause.value = because;
  go(hrefOf('/sign-in', because ? { next: hrefOf(path, query) } : {}), { replace: true });
}

// Another tab may have signed in with another key: what this one shows is that key's from then on.
document.addEventListener('visibilitychange', async () => {
  if (document.hidden || !session.value) return;
  const now = await ask<Session>('get', '/session').catch(() => session.value);
  if (session.value && now?.key !== session.value.key) session.value = now;
});

export const isMissing = (error: unknown): boolean => error instanceof HubError && error.status === 404;

/** Why something failed, in the hub's own words. */
export const wordsOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
};

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
session.subscribe(forgetAll);

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
