import type { Stage } from './replay-schema.ts';

/** Due times are assigned this many ticks ahead, so that a late tick leaves no gap. */
const AHEAD = 1.5;
/** Members that are released and have not settled; more wait until these have. */
export const MAX_OPEN = 10_000;

/** The most members of one replay that may be made to fall due each minute. */
export const MAX_PER_MINUTE = 6_000;

/** How many releases fill a stage; null: all that are left. */
const SIZES: Readonly<Record<Stage, number | null>> = { one: 1, ten: 10, rest: null };

/**
 * The next instants at which members may fall due, evenly spaced and at most a tick ahead. Time that passed unused is
 * gone: a replay that stood still for an hour does not burst.
 */
export function nextSlots(
  { paceAt, perMinute }: { paceAt: string; perMinute: number },
  now: Date,
  max: number,
  tickSeconds: number,
): { slots: string[]; paceAt: string } {
  const spacing = 60_000 / perMinute;
  const horizon = now.getTime() + tickSeconds * 1000 * AHEAD;
  const slots: string[] = [];
  let at = Math.max(Date.parse(paceAt), now.getTime());
  for (; slots.length < max && at <= horizon; at += spacing) slots.push(new Date(at).toISOString());
  return { slots, paceAt: new Date(at).toISOString() };
}

/** The stage after this one, and the number of releases at which it is full; from null, the first. */
export function nextStage(stage: Stage | null, released: number): { stage: Stage; stageEnds: number | null } {
  const next = stage === null ? 'one' : stage === 'one' ? 'ten' : 'rest';
  const size = SIZES[next];
  return { stage: next, stageEnds: size === null ? null : released + size };
}
