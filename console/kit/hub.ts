import { signal } from '@preact/signals';
import { useEffect, useReducer } from 'preact/hooks';
import { type Answer, type ApiPath, createClient, HubError, type Shape } from '#client/index';
import { reading } from './command-line.ts';

export { type Answer, HubError, type Shape } from '#client/index';

export type Delivery = Shape<'Delivery'>;
export type Order = Shape<'Order'>;
export type Session = Shape<'Session'>;
/** An order, and those of its deliveries that the key may see. */
export type Parts = { order: Order; deliveries: readonly Delivery[] };
const written = document.querySelector<HTMLMetaElement>('meta[name="longshore-session"]')?.content;
export const session = signal(written ? (JSON.parse(written) as Session) : undefined);
/** Why the sign-in screen is shown, if nobody asked for it. */
export const signedOutBecause = signal('');

/** Whether the signed-in key has a scope: `ops` includes all but `privacy`. */
export const may = (scope: 'ops' | 'orders:read' | 'changes:read'): boolean =>
  [scope, 'ops'].some((each) => session.value?.scopes.includes(each));

/** How far the hub's clock is ahead of this machine's, in milliseconds. */
let aheadMs = 0;
/** The hub's time, by which things are late, or a minute old. */
export const hubNow = (): number => Date.now() + aheadMs;
const CLOCKS_DIFFER_MS = 5_000;

// No retries: polls repeat anyway, and a person should see at once what failed.
const client = createClient({
  ...{ url: location.origin, retries: 0, timeoutMs: 30_000 },
  async fetch(asked, how) {
    const request = new Request(asked);
    const { url, method, headers } = request;
    // The browser's own tools show a body that is text, but not a Request's.
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

/** Asks the hub. If the session has ended, it shows the sign-in screen, which leads back here. */
export async function ask<T>(
  method: 'get' | 'post' | 'patch' | 'delete',
  path: string,
  { query, ...sent }: Asked = {},
): Promise<T> {
  try {
    const { data } = await client.request(method, path as never, { params: { query }, ...sent } as never);
    // `{}`, null or a list is a proxy's answer, not an empty list of ours.
    if (method === 'get' && (Array.isArray(data) || typeof data !== 'object' || Object.keys(data ?? {}).length === 0))
      throw new HubError(0, 'no_answer', 'the hub’s answer says nothing');
    return data as T;
  } catch (error) {
    // The client takes an answer that is not JSON for no hub's; but this page came from a hub.
    if (!(error instanceof HubError) || error.code === 'not_json')
      throw new HubError(0, 'cut_off', 'the hub’s answer broke off');
    if (error.status === 401 && session.value && path !== '/session') leave('Your session has ended.');
    throw error;
  }
}

/** Ends the session: forgets what was shown, and so shows the sign-in screen. */
export function leave(because: string): void {
  signedOutBecause.value = because;
  session.value = undefined;
}

// Another tab may have signed in with another key, which then applies to this one, too.
document.addEventListener('visibilitychange', async () => {
  if (document.hidden || !session.value) return;
  const now = await ask<Session>('get', '/session').catch(() => session.value);
  if (session.value && now?.key !== session.value.key) session.value = now;
});

export const isMissing = (error: unknown): boolean => error instanceof HubError && error.status === 404;

/** Why something failed, as the hub says it; what an answer of another shape broke in a script helps nobody. */
export const wordsOf = (error: unknown): string => {
  const text = error instanceof HubError ? error.message : 'the hub answered something that this screen cannot show';
  return /[.!?]$/.test(text) ? text : `${text}.`;
};

/** An answer of the hub that is shown and kept fresh. */
export interface Live<T> {
  value: T | undefined;
  /** When it was read, in milliseconds since 1970. */
  at: number;
  /** The last failure; what was read before stays. */
  error: HubError | undefined;
  /** The commands that read the same. */
  commands?: readonly string[];
}

const memory = new Map<string, object>();
/** What was read under a key, and is kept for when its screen is shown again; at first a copy of `none`. */
export function remembered<T extends object>(key: string, none: T): T {
  const known = (memory.get(key) as T | undefined) ?? { ...none };
  memory.set(key, known);
  return known;
}
/** Forgets what was read: screens read it again. */
export const forgetAll = (): void => memory.clear();
session.subscribe(forgetAll);

const EVERY_MS = 4_000;
/** A hub knows a revoked key for half a minute more: with this, the screen says so within forty seconds. */
const IDLE_MS = 8_000;
const IDLE_AFTER_MS = 120_000;

let touched = Date.now();
const touch = () => {
  touched = Date.now();
};
for (const event of ['keydown', 'pointerdown', 'pointermove', 'scroll'])
  addEventListener(event, touch, { passive: true });

/** For each part of the screen: reads again what it shows. */
const looks = new Set<() => Promise<unknown>>();
export const lookAgain = () => Promise.all([...looks].map((look) => look()));

/** Calls every few seconds, less often if nobody moves or the hub is slow; returns a function that stops it. */
export function every(look: () => Promise<unknown>, everyMs = EVERY_MS): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async () => {
    const began = Date.now();
    await look();
    const isIdle = Date.now() - touched > IDLE_AFTER_MS;
    clearTimeout(timer);
    if (looks.has(look)) timer = setTimeout(tick, Math.max(everyMs, 4 * (Date.now() - began), isIdle ? IDLE_MS : 0));
  };
  // It pauses while the page is hidden.
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

type Entry<T> = Live<T> & { loading?: Promise<void> | undefined };
const UNREAD: Entry<never> = { value: undefined, at: 0, error: undefined };

/** Reads something and keeps it fresh; `key` identifies it, null reads nothing. */
export function useLive<T>(key: string | null, load: () => Promise<T>, everyMs?: number): Live<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const entry = (): Entry<T> => (key === null ? UNREAD : remembered<Entry<T>>(key, UNREAD));
  useEffect(() => {
    if (key === null) return;
    return every(async () => {
      const own = entry();
      own.loading ??= load().then(
        (value) => void Object.assign(own, { value, at: hubNow(), error: undefined, loading: undefined }),
        (error) => void Object.assign(own, { error, loading: undefined }),
      );
      await own.loading;
      redraw(0);
    }, everyMs);
  }, [key]);
  const { value, at, error } = entry();
  return { value, at, error };
}

interface Of extends Pick<Asked, 'query'> {
  /** Replaces `{id}` in the path. */
  id?: string;
  everyMs?: number;
}

/** An answer of the hub, kept fresh; without a path nothing is read. */
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
