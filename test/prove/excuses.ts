import { CLOCK } from './settings.ts';
import type { Call } from './wire.ts';

/** From when to when, in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

export interface Around {
  /** Without a hub. */
  outages: readonly Span[];
  /** When the machine had no time, by a timer of our own. */
  stalls: readonly Span[];
  calls: readonly Call[];
}

/** A hub that was just started works through what waited. */
export const WARM_UP_MS = 3000;
/** SQS holds a ring back for whole seconds, and the next sweep is as far away. */
const ROUNDING_MS = 2000;

/** When a connection's retries could not run through no fault of the hub's: it was dead, starved, or asked for patience. */
export function excusesOf(connection: string, { outages, stalls, calls }: Around): Span[] {
  const pauses = calls.flatMap((call) => {
    const seconds = call.connection === connection && patienceAsked(call);
    return seconds ? [{ from: call.at, to: call.at + seconds * 1000 + ROUNDING_MS }] : [];
  });
  return merge([...outages.map(({ from, to }) => ({ from, to: to + WARM_UP_MS })), ...stalls, ...pauses]);
}

/** For how many seconds nobody calls the remote that answered this: none but after a 429. */
export function patienceAsked({ fault }: Call): number {
  if (fault?.kind !== 'answer' || fault.status !== 429) return 0;
  // Whoever is told no time waits a retry interval, and with it all who call there.
  const says = fault.headers !== undefined || fault.body.startsWith('{');
  return says ? 1 : CLOCK.RETRY_INTERVAL_SECONDS;
}

/** How much of a span these cover; they do not overlap. */
export const coveredBy = (spans: readonly Span[], { from, to }: Span): number =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)), 0);

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}
