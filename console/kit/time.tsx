import { signal } from '@preact/signals';
import { hubNow } from './hub.ts';
import { None, Outside } from './text.tsx';

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
