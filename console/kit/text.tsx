import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { hrefOf, segment } from './place.ts';

const ZONE = 'longshore-times';
/** In which zone times are told; remembered. */
export const zone = signal<'UTC' | 'Local'>(localStorage.getItem(ZONE) === 'Local' ? 'Local' : 'UTC');
export function setZone(next: 'UTC' | 'Local'): void {
  zone.value = next;
  localStorage.setItem(ZONE, next);
}

/** Advances every ten seconds, for "2 min ago". */
const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 10_000);

const partsOf = (at: number, zoneName: 'UTC' | 'Local', seconds: boolean) => {
  const timeZone = zoneName === 'UTC' ? { timeZone: 'UTC' } : {};
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...timeZone }).format(at);
  return {
    day: format({ day: 'numeric', month: 'short', year: 'numeric' }),
    time: format({ hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }) }),
  };
};

/** A time as a person reads it: the day only where it is not today. */
export function timeText(at: string | number, { seconds = false } = {}): string {
  const then = partsOf(new Date(at).getTime(), zone.value, seconds);
  const today = partsOf(now.value, zone.value, false).day;
  const isThisYear = then.day.slice(-4) === today.slice(-4);
  return then.day === today ? then.time : `${isThisYear ? then.day.slice(0, -5) : then.day}, ${then.time}`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
function relative(at: string): string {
  const seconds = (Date.parse(at) - now.value) / 1000;
  const [unit, size] = (
    [
      ['day', 86_400],
      ['hour', 3_600],
      ['minute', 60],
    ] as const
  ).find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return RELATIVE.format(Math.round(seconds / size), unit);
}

/** An instant; nothing where there is none. */
export function Time({
  at,
  beside = false,
  seconds = false,
}: {
  at: string | null | undefined;
  beside?: boolean;
  seconds?: boolean;
}) {
  if (!at) return <None />;
  return (
    <>
      <time dateTime={at} title={at}>
        {timeText(at, { seconds })}
      </time>
      {beside && <span class="muted"> · {relative(at)}</span>}
    </>
  );
}

/** Copying a time gives the instant. */
export function copyInstants(): void {
  document.addEventListener('copy', (event) => {
    const selection = getSelection();
    if (!selection || selection.rangeCount === 0 || !event.clipboardData) return;
    const range = selection.getRangeAt(0);
    const { commonAncestorContainer: common } = range;
    const around = (common instanceof Element ? common : common.parentElement)?.closest('time');
    const part = range.cloneContents();
    const times = [...part.querySelectorAll('time')];
    if (!around && times.length !== 1) return;
    for (const time of times) time.textContent = time.dateTime;
    event.clipboardData.setData('text/plain', around?.dateTime ?? part.textContent ?? '');
    event.preventDefault();
  });
}

/** An id or code, cut in its middle where there is no room; copied whole. */
export function Id({ children }: { children: string }) {
  const tail = children.length > 14 ? 6 : 0;
  return (
    <bdi class="id" title={children}>
      <span>{children.slice(0, children.length - tail)}</span>
      {tail > 0 && <span>{children.slice(-tail)}</span>}
    </bdi>
  );
}

interface LinkToProps {
  /** The path of the list that it is in: `/orders`. */
  list: string;
  id: string | null;
  children?: ComponentChildren;
}

/** The way to one of a list, by its id where nothing else is said; nothing where there is none. */
export const LinkTo = ({ list, id, children }: LinkToProps) =>
  id === null ? <None /> : <a href={hrefOf(`${list}/${segment(id)}`)}>{children ?? <Id>{id}</Id>}</a>;

export const None = () => <span class="none">–</span>;

/** What failed; nothing while nothing did. */
export const Alert = ({ children }: { children: string | undefined }) =>
  children ? (
    <p role="alert" class="alert">
      <bdi>{children}</bdi>
    </p>
  ) : null;

/** Text that came from outside: never markup, and never turning around what stands beside it. */
export function Outside({ children }: { children: string | null | undefined }) {
  if (!children) return <None />;
  return <bdi title={children.length > 60 ? children : undefined}>{children}</bdi>;
}

/** A link to somewhere else, where it is one; else its words alone. */
export function ForeignLink({ href, children }: { href: string | null | undefined; children: ComponentChildren }) {
  const url = URL.parse(href ?? '');
  if (!url || !/^https?:$/.test(url.protocol)) return <>{children}</>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

const MEANINGS: Readonly<Record<string, readonly [string, string]>> = {
  blocked: ['needs', '▲'],
  unreadable: ['needs', '▲'],
  late: ['needs', '▲'],
  relapsed: ['gave-up', '✕'],
  interrupted: ['gave-up', '✕'],
  dead: ['gave-up', '✕'],
  failed: ['gave-up', '✕'],
  refused: ['gave-up', '✕'],
  paused: ['needs', '▲'],
  succeeded: ['done', '●'],
  fulfilled: ['done', '●'],
  finished: ['done', '●'],
  applied: ['done', '●'],
  well: ['done', '●'],
};

/** A state by its word, a shape and a color. */
export function State({ children, as }: { children: string; as?: string }) {
  const [meaning, shape] = MEANINGS[as ?? children] ?? ['plain', '○'];
  return (
    <span class={`state ${meaning}`}>
      <span aria-hidden="true">{shape}</span> {children}
    </span>
  );
}

/** Text as it came. It scrolls by itself, and Safari scrolls by the keyboard only what has the focus. */
export const Raw = ({ children }: { children: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, what scrolls is reached by the keyboard
  <pre class="body" tabIndex={0}>
    <bdi>{children}</bdi>
  </pre>
);
