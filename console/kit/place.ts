import { signal } from '@preact/signals';

/** Where the browser is; what is shown depends on this only. */
export interface Place {
  /** Below `/console`: `/orders`. */
  path: string;
  query: URLSearchParams;
  /** Whether a link inside the console led here, so that the heading gets the focus. */
  isFollowed: boolean;
}

/** What the browser keeps with an entry of its history, besides the address. */
type Kept = { y?: number; rows?: number };

const BASE = '/console';

function read(isFollowed: boolean): Place {
  return {
    path: location.pathname.slice(BASE.length) || '/',
    query: new URLSearchParams(location.search),
    isFollowed,
  };
}

export const place = signal<Place>(read(false));

export const hrefOf = (
  path: string,
  query: Readonly<Record<string, string | undefined>> | URLSearchParams = {},
): string => {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const params = new URLSearchParams(entries.filter((entry): entry is [string, string] => Boolean(entry[1])));
  return `${BASE}${path}${params.size > 0 ? `?${params}` : ''}`;
};

/** The path of one item of a list, here and in the API; the id is escaped. */
export const pathOf = (list: string, id: string): string => `${list}/${encodeURIComponent(id)}`;

const LISTS: Readonly<Record<string, string>> = { dlv: '/deliveries', evt: '/events', rpl: '/replays' };
/** The list that an id belongs to, by its prefix. */
export const listOf = (id: string): string | undefined => LISTS[/^([a-z]{3})_[\w-]+$/.exec(id)?.[1] ?? ''];

export function go(href: string, { replace = false, quiet = false } = {}): void {
  keep({ y: scrollY });
  if (replace) history.replaceState({}, '', href);
  else history.pushState({}, '', href);
  place.value = read(!quiet);
  if (!quiet) scrollTo(0, 0);
}

/** Sets parameters of the query in place, removing empty ones. Back undoes each step. */
export function setQuery(change: Readonly<Record<string, string>>): void {
  const { path, query } = place.value;
  go(hrefOf(path, { ...Object.fromEntries(query), ...change }), { quiet: true });
}

export const focusHeading = (): void => document.querySelector('h1')?.focus({ preventScroll: true });

export const kept = (): Kept => (history.state as Kept | null) ?? {};
export const keep = (more: Kept): void => history.replaceState({ ...kept(), ...more }, '');

/** Scrolls to where the history entry was left, once the page is long enough. */
export function restoreScroll(): void {
  const { y = 0 } = kept();
  if (y > 0 && scrollY === 0 && document.documentElement.scrollHeight >= y + innerHeight / 2) scrollTo(0, y);
}

/** Follows links to the console's screens, and handles forms, without loading the page again. */
export function followLinks(): void {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', () => {
    scrollTo(0, 0);
    place.value = read(true);
  });
  // Forms are handled by scripts and must not navigate.
  addEventListener('submit', (event) => event.preventDefault());
  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener('scroll', () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep({ y: scrollY }), 100);
  });
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.origin !== location.origin) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !link.pathname.startsWith(`${BASE}/`))
      return;
    event.preventDefault();
    // The skip link must not become a history entry.
    if (link.hash) return document.querySelector<HTMLElement>(link.hash)?.focus();
    go(link.pathname + link.search);
  });
}
