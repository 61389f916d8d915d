import { CLOCK } from './settings.ts';
import type { Call } from './wire.ts';

/** A span of time, in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

export interface Around {
  /** Spans without a hub. */
  outages: readonly Span[];
  /** Spans in which the machine was too busy, by a timer of ours. */
  stalls: readonly Span[];
  calls: readonly Call[];
}

/** A hub that has just started first works off what waited. */
export const WARM_UP_MS = 3000;
/** SQS delays a ring by whole seconds, and the next sweep may be as far away. */
const ROUNDING_MS = 2000;

/** When a connection's retries could not run, through no fault of the hub: it was dead, starved, or told to wait. */
export function excusesOf(connection: string, { outages, stalls, calls }: Around): Span[] {
  const pauses = calls.flatMap((call) => {
    const seconds = call.connection === connection && patienceAsked(call);
    return seconds ? [{ from: call.at, to: call.at + seconds * 1000 + ROUNDING_MS }] : [];
  });
  return merge([...outages.map(({ from, to }) => ({ from, to: to + WARM_UP_MS })), ...stalls, ...pauses]);
}

/** For how many seconds a remote that answered this is not called: 0 except after a 429. */
export function patienceAsked({ fault }: Call): number {
  if (fault?.kind !== 'answer' || fault.status !== 429) return 0;
  // If no time is given, the hub waits a retry interval, for all calls of the connection.
  const says = fault.headers !== undefined || fault.body.startsWith('{');
  return says ? 1 : CLOCK.RETRY_INTERVAL_SECONDS;
}

/** How much of a span these spans cover; they do not overlap. */
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
