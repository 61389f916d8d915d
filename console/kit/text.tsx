import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentProps } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { hubNow } from './hub.ts';
import { focusHeading, hrefOf, pathOf } from './place.ts';
import { cureOf, duration, nameOr } from './words.ts';

export type ButtonProps = Omit<ComponentProps<'button'>, 'children'> & { says: ComponentChildren };

export function Button({ says, ...props }: ButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const { current } = button;
    // If the action removes the button, the focus must not be lost.
    return () => (document.activeElement === current ? focusHeading() : undefined);
  }, []);
  return <button ref={button} type="button" {...props} children={says} />;
}

/** An id or code, shortened in its middle if there is no room; copied whole. */
export function Id({ children }: { children: string }) {
  const tail = children.length > 14 ? 8 : 0;
  return (
    <bdi class="id" title={children}>
      <span>{children.slice(0, children.length - tail)}</span>
      {tail > 0 && <span>{children.slice(-tail)}</span>}
    </bdi>
  );
}

/** A link to an item of a list (`/orders`), named by its id unless there is other text; a dash without an id. */
export function LinkTo({ list, id, children }: { list: string; id: string | null; children?: ComponentChildren }) {
  if (id === null) return <None />;
  const text = typeof children === 'string' ? nameOr(id, children) : children;
  if (text && text !== id) return <a href={hrefOf(pathOf(list, id))}>{show(text)}</a>;
  // A shortened id would be read out as two words, so the link is labelled with the whole.
  return (
    <a href={hrefOf(pathOf(list, id))} aria-label={id}>
      {/* A connection's id is a name that a person chose. */}
      {list === '/connections' ? <bdi>{id}</bdi> : <Id>{id}</Id>}
    </a>
  );
}

const None = () => <span class="none">–</span>;

/** Text from outside: never markup, and it cannot reverse the text around it. */
export function Outside({ children }: { children: string | null | undefined }) {
  if (!children) return <None />;
  return <bdi title={children.length > 30 ? children : undefined}>{children}</bdi>;
}

/** A value in a cell or beside a name: text is treated as from outside; no value is a dash. */
export const show = (value: ComponentChildren): ComponentChildren =>
  typeof value === 'string' ? <Outside>{value}</Outside> : (value ?? <None />);

export const Words = ({ children, ...props }: ComponentProps<'p'> & { children: string | null | undefined }) =>
  children ? <p {...props}>{show(children)}</p> : null;

export const Alert = ({ children }: { children: string | undefined }) => (
  <Words role="alert" class="alert" children={children} />
);

/** How to fix it, in a sentence; by default as its cause requires. */
export const Cure = ({ of }: { of: string | { state: string; cause: { code: string } | null } }) => (
  <p class="cure">
    <span>What heals it:</span> {sentence(typeof of === 'string' ? of : cureOf(of.cause?.code ?? '', of.state))}
  </p>
);

/** A sentence of ours, in which backticks mark what to type. */
export const sentence = (text: string) =>
  text.split('`').map((part, at) => (at % 2 === 1 ? <code key={part}>{part}</code> : part));

export const Code = ({ children }: { children: string }) => <code>{show(children)}</code>;

export const AsCommand = ({ lines }: { lines: readonly string[] }) => (
  <details class="command">
    <summary>As a command</summary>
    {lines.map((line) => (
      <Raw key={line} of={line} />
    ))}
  </details>
);

/** Text as it came, or a value as JSON, to be copied. */
export function Raw({ of }: { of: unknown }) {
  const text = typeof of === 'string' ? of : JSON.stringify(of, null, 2);
  const shown = useRef<HTMLPreElement>(null);
  const [isCopied, setCopied] = useState(false);
  const whole = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  // Unlike `navigator.clipboard`, this asks for no permission and works without TLS; it leaves the text selected. The
  // browser itself would copy other spaces, and no line break at the end.
  const copy = () => {
    getSelection()?.selectAllChildren(shown.current as Node);
    document.addEventListener('copy', whole);
    setCopied(document.execCommand('copy'));
    document.removeEventListener('copy', whole);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div class="body">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is within the keyboard's reach */}
      <pre ref={shown} tabIndex={0}>
        <bdi>{text}</bdi>
      </pre>
      <Button says={isCopied ? 'Copied' : 'Copy'} onClick={copy} />
    </div>
  );
}

/** A link to another site if it is one, else its text alone. */
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
  ['gave-up', '✕', /^(relapsed|interrupted|dead|failed|refused|unknown)$/],
  ['done', '●', /^(succeeded|fulfilled|finished|applied|well)$/],
  ['plain', '○', /./],
] as const;

/** What a state means, as a class and a shape. */
export const meaningOf = (state: string) => MEANINGS.find(([, , states]) => states.test(state)) ?? [];

/** A state as a word, a shape and a color; `as` is the state that the word stands for. */
export function State({ children, as = children }: { children: string; as?: string }) {
  const [meaning, shape] = meaningOf(as);
  return (
    <span class={`state ${meaning}`}>
      <span aria-hidden="true">{shape}</span>
      {`\u00a0${children}`}
    </span>
  );
}

const ZONE = 'longshore-times';
/** The time zone that times are shown in; remembered. */
export const zone = signal(localStorage.getItem(ZONE) ?? 'UTC');
zone.subscribe((chosen) => localStorage.setItem(ZONE, chosen));

/** Refreshes "2 min ago" every ten seconds. */
const tick = signal(1);
setInterval(() => {
  if (!document.hidden) tick.value++;
}, 10_000);
const now = (): number => tick.value && hubNow();

const tell = (at: number, options: Intl.DateTimeFormatOptions): string =>
  new Date(at).toLocaleString('en-GB', { ...options, timeZone: zone.value === 'UTC' ? 'UTC' : undefined });
const dayOf = (at: number): string => tell(at, { day: 'numeric', month: 'short', year: 'numeric' });

/** A time as a person reads it: with the day only if it is not today, the year only if it is not this one. */
function textOf(at: number, seconds: boolean): string {
  const time = tell(at, { hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined });
  const [day, today] = [dayOf(at), dayOf(now())];
  if (day === today) return time;
  return `${day.slice(-4) === today.slice(-4) ? day.slice(0, -5) : day}, ${time}`;
}

/** How long ago, or how soon, in whole seconds or larger units. */
function relative(at: number): string {
  const seconds = Math.round((at - now()) / 1000);
  const away = duration(Math.abs(seconds) * 1000);
  return Math.abs(seconds) < 5 ? 'now' : seconds < 0 ? `${away} ago` : `in ${away}`;
}

interface TimeProps {
  at: string | number | null | undefined;
  /** Whether to add how long ago, or how soon. */
  beside?: boolean;
  seconds?: boolean;
}

export function Time({ at, beside = false, seconds = false }: TimeProps) {
  if (!at) return <None />;
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return <Outside>{String(at)}</Outside>;
  return (
    <>
      <time dateTime={instant.toISOString()} title={instant.toISOString()}>
        {textOf(instant.getTime(), seconds)}
      </time>
      {beside && <span class="muted"> · {relative(instant.getTime())}</span>}
    </>
  );
}

/** What somebody did: when, who, and the reason they gave. */
export const By = ({ at, by, reason }: { at: string; by: string; reason?: string | null }) => (
  <>
    <Time at={at} seconds /> by <Outside>{by}</Outside>
    {reason && [': ', <Outside key="reason">{reason}</Outside>]}
  </>
);

/** Copying a time or an id copies the whole of it, which is in its title. */
export function copyWhole(): void {
  document.addEventListener('copy', (event) => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const { commonAncestorContainer: common } = range;
    const around = (common instanceof Element ? common : common.parentElement)?.closest<HTMLElement>('time, .id');
    const copied = document.createElement('div');
    copied.append(range.cloneContents());
    const parts = copied.querySelectorAll<HTMLElement>('time, .id');
    // The browser itself copies the text of a body, line by line.
    if (!around && parts.length === 0) return;
    for (const part of parts) part.textContent = part.title;
    document.body.append(copied);
    // biome-ignore lint/performance/useDomNodeTextContent: only what is laid out has lines, and tabs between its cells
    event.clipboardData?.setData('text/plain', around?.title ?? copied.innerText);
    copied.remove();
    event.preventDefault();
  });
}
