import { signal } from '@preact/signals';

type Query = Readonly<Record<string, string | undefined>>;

/** Where the browser is; what is shown depends on this only. */
export interface Place {
  /** Below `/console`: `/orders`. */
  path: string;
  query: Query;
  /** Whether a link inside the console led here, so that the heading gets the focus. */
  isFollowed: boolean;
}

/** What the browser keeps with an entry of its history, besides the address. */
type Kept = { y?: number; rows?: number };

const BASE = '/console';

const read = (isFollowed: boolean): Place => ({
  path: location.pathname.slice(BASE.length) || '/',
  query: Object.fromEntries(new URLSearchParams(location.search)),
  isFollowed,
});

export const place = signal<Place>(read(false));

/** The address of a screen; parameters without a value are left out. */
export function hrefOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams(
    Object.entries(query).filter((each): each is [string, string] => Boolean(each[1])),
  );
  return `${BASE}${path}${params.size > 0 ? `?${params}` : ''}`;
}

/** The path of one item of a list, here and in the API; the id is escaped. */
export const pathOf = (list: string, id: string): string => `${list}/${encodeURIComponent(id)}`;

const LISTS: Readonly<Record<string, string>> = { dlv: '/deliveries', evt: '/events', rpl: '/replays' };
/** The list that an id belongs to, by its prefix. */
export const listOf = (id: string): string | undefined => LISTS[/^([a-z]{3})_[\w-]+$/.exec(id)?.[1] ?? ''];

export function go(href: string, { replace = false, quiet = false } = {}): void {
  keep({ y: scrollY });
  // As in any browser, the address that is shown makes no second entry of the history.
  if (replace || href === location.pathname + location.search) history.replaceState({}, '', href);
  else history.pushState({}, '', href);
  place.value = read(!quiet);
  if (!quiet) scrollTo(0, 0);
}

/** Sets parameters of the query in place, removing empty ones. Back undoes each step. */
export function setQuery(change: Query): void {
  const { path, query } = place.value;
  go(hrefOf(path, { ...query, ...change }), { quiet: true });
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
