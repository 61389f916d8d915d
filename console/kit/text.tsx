import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentProps } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { hubNow } from './hub.ts';
import { focusHeading, hrefOf, pathOf } from './place.ts';
import { cureOf, nameOr } from './words.ts';

export type ButtonProps = ComponentProps<'button'>;

export function Button(props: ButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const { current } = button;
    // The focus of a button that goes by what it did would be lost.
    return () => (document.activeElement === current ? focusHeading() : undefined);
  }, []);
  return <button ref={button} type="button" {...props} />;
}

/** An id or code, cut in its middle where there is no room; copied whole. */
export function Id({ children }: { children: string }) {
  const tail = children.length > 14 ? 8 : 0;
  return (
    <bdi class="id" title={children}>
      <span>{children.slice(0, children.length - tail)}</span>
      {tail > 0 && <span>{children.slice(-tail)}</span>}
    </bdi>
  );
}

/** The way to one of a list (`/orders`), by its id where nothing else is said; nothing where there is none. */
export function LinkTo({ list, id, children }: { list: string; id: string | null; children?: ComponentChildren }) {
  if (id === null) return <None />;
  const text = typeof children === 'string' ? nameOr(id, children) : children;
  if (text && text !== id) return <a href={hrefOf(pathOf(list, id))}>{show(text)}</a>;
  // The two parts of a cut id are read as two words: the link is called by the whole.
  return (
    <a href={hrefOf(pathOf(list, id))} aria-label={id}>
      {/* A connection's id is the name that a person gave it. */}
      {list === '/connections' ? <bdi>{id}</bdi> : <Id>{id}</Id>}
    </a>
  );
}

const None = () => <span class="none">–</span>;

/** Text that came from outside: never markup, and never turning around what stands beside it. */
export function Outside({ children }: { children: string | null | undefined }) {
  if (!children) return <None />;
  return <bdi title={children.length > 30 ? children : undefined}>{children}</bdi>;
}

/** What stands in a cell or beside a name: any text may be from outside, and what is not there is a dash. */
export const show = (value: ComponentChildren): ComponentChildren =>
  typeof value === 'string' ? <Outside>{value}</Outside> : (value ?? <None />);

/** A paragraph of such text; nothing where there is none. */
export const Words = ({ children, ...props }: ComponentProps<'p'> & { children: string | null | undefined }) =>
  children ? <p {...props}>{show(children)}</p> : null;

/** What failed; nothing while nothing did. */
export const Alert = ({ children }: { children: string | undefined }) => (
  <Words role="alert" class="alert">
    {children}
  </Words>
);

interface Stopped {
  state: string;
  cause: { code: string } | null;
}

/** What makes it well, in a sentence: by itself what its cause asks for. */
export const Cure = ({ of, children }: { of?: Stopped; children?: ComponentChildren }) => (
  <p class="cure">
    <span>What heals it:</span> {children ?? cureOf(of?.cause?.code ?? '', of?.state ?? '')}
  </p>
);

export const Code = ({ children }: { children: string }) => <code>{show(children)}</code>;

/** A link to somewhere else, where it is one; else its words alone. */
export function ForeignLink({ href, children }: { href: string | null | undefined; children: ComponentChildren }) {
  const url = href && URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin === location.origin) return <>{show(children)}</>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer">
      {show(children)}
    </a>
  );
}

const MEANINGS = [
  ['needs', '▲', /^(blocked|unreadable|late|paused)$/],
  ['gave-up', '✕', /^(relapsed|interrupted|dead|failed|refused)$/],
  ['done', '●', /^(succeeded|fulfilled|finished|applied|well)$/],
  ['plain', '○', /./],
] as const;

/** A state by its word, a shape and a color; `as` is the state that the word means. */
export function State({ children, as = children }: { children: string; as?: string }) {
  const [meaning, shape] = MEANINGS.find(([, , states]) => states.test(as)) ?? [];
  return (
    <span class={`state ${meaning}`}>
      <span aria-hidden="true">{shape}</span> {children}
    </span>
  );
}

const ZONE = 'longshore-times';
/** In which zone times are told; remembered. */
export const zone = signal<'UTC' | 'Local'>(localStorage.getItem(ZONE) === 'Local' ? 'Local' : 'UTC');
export function setZone(next: 'UTC' | 'Local'): void {
  zone.value = next;
  localStorage.setItem(ZONE, next);
}

/** Has "2 min ago" told anew every ten seconds. */
const tick = signal(1);
setInterval(() => {
  if (!document.hidden) tick.value++;
}, 10_000);
const now = (): number => tick.value && hubNow();

const partsOf = (at: number, seconds = false) => {
  const timeZone = zone.value === 'UTC' ? { timeZone: 'UTC' } : {};
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...timeZone }).format(at);
  return {
    day: format({ day: 'numeric', month: 'short', year: 'numeric' }),
    time: format({ hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }) }),
  };
};

/** A time as a person reads it: the day only where it is not today, the year where it is not this one. */
function textOf(at: number, seconds: boolean): string {
  const then = partsOf(at, seconds);
  const today = partsOf(now());
  if (then.day === today.day) return then.time;
  const isThisYear = then.day.slice(-4) === today.day.slice(-4);
  return `${isThisYear ? then.day.slice(0, -5) : then.day}, ${then.time}`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
function relative(at: number): string {
  const seconds = (at - now()) / 1000;
  if (Math.abs(seconds) < 5) return 'now';
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return RELATIVE.format(Math.round(seconds / size), unit);
}

interface TimeProps {
  at: string | number | null | undefined;
  /** How long ago, or how soon, stands beside it. */
  beside?: boolean;
  seconds?: boolean;
}

/** An instant; nothing where there is none. */
export function Time({ at, beside = false, seconds = false }: TimeProps) {
  if (!at) return <None />;
  const instant = new Date(at);
  return (
    <>
      <time dateTime={instant.toISOString()} title={instant.toISOString()}>
        {textOf(instant.getTime(), seconds)}
      </time>
      {beside && <span class="muted"> · {relative(instant.getTime())}</span>}
    </>
  );
}

/** What somebody did: when, who and, where they said, why. */
export const By = ({ at, by, reason }: { at: string; by: string; reason?: string | null }) => (
  <>
    <Time at={at} seconds /> by <Outside>{by}</Outside>
    {reason && ': '}
    {reason && <Outside>{reason}</Outside>}
  </>
);

/** Copying a time gives the instant, copying an id all of it: what stands in their titles. */
export function copyWhole(): void {
  document.addEventListener('copy', (event) => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    const range = selection.getRangeAt(0);
    const { commonAncestorContainer: common } = range;
    const root = common instanceof Element ? common : common.parentElement;
    const around = root?.closest<HTMLElement>('time, .id');
    let text = around ? around.title : String(selection);
    let from = 0;
    for (const part of around ? [] : (root?.querySelectorAll<HTMLElement>('time, .id') ?? [])) {
      // The parts of an id are laid out as blocks, and a selection has each on a line of its own.
      const shown = [...part.childNodes].map(({ textContent }) => textContent).join('\n');
      const at = range.intersectsNode(part) ? text.indexOf(shown, from) : -1;
      if (at === -1) continue;
      text = text.slice(0, at) + part.title + text.slice(at + shown.length);
      from = at + part.title.length;
    }
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  });
}
