import { signal } from '@preact/signals';
import { createClient, HubError, type Shape } from '#client/index';
import { go, hrefOf, place } from './place.ts';

export { type Answer, type ApiPath, HubError, type Shape } from '#client/index';

export type Delivery = Shape<'Delivery'>;
export type Order = Shape<'Order'>;
export type Session = Shape<'Session'>;
export const session = signal<Session | undefined>(readSession());
/** Why the sign-in screen is shown, where it was not asked for. */
export const signedOutBecause = signal('');

function readSession(): Session | undefined {
  const text = document.querySelector<HTMLMetaElement>('meta[name="longshore-session"]')?.content;
  return text ? (JSON.parse(text) as Session) : undefined;
}

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
  async fetch(...asked) {
    const answer = await fetch(...asked);
    const ahead = Date.parse(answer.headers.get('date') ?? '') - Date.now();
    aheadMs = Math.abs(ahead) > CLOCKS_DIFFER_MS ? ahead : 0;
    return answer;
  },
});

export interface Asked {
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

/** What is to be forgotten when nobody is signed in. */
export const forgetters = new Set<() => void>();

/** What was shown is forgotten, and `next` leads back to it. */
export function leave(because: string): void {
  const { path, query } = place.value;
  session.value = undefined;
  signedOutBecause.value = because;
  for (const forget of forgetters) forget();
  go(hrefOf('/sign-in', because ? { next: hrefOf(path, query) } : {}), { replace: true });
}

export const isMissing = (error: unknown): boolean => error instanceof HubError && error.status === 404;

/** Why something failed, in the hub's own words. */
export const wordsOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
};
