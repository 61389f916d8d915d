import { chance, pickBy } from '#sandbox/aws/faults/chance';
import type { Edge, Read } from './edges.ts';
import { orderOf } from './orders.ts';
import { INJECTED, SHED, SHOP } from './settings.ts';

/** What happens to one call. `done`: the other side does the work first. */
export type Fault =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body: string; done: boolean }
  | { kind: 'hang'; done: boolean }
  | { kind: 'reset'; done: boolean }
  | { kind: 'slow'; ms: number }
  /** The answer is made when asked for, and arrives this much later. */
  | { kind: 'late'; ms: number }
  /** Webhooks only: lost, sent this many times, or sent later. */
  | { kind: 'drop' }
  | { kind: 'copies'; count: number }
  /** The hub is killed: before the caller has its answer, or this long after it. */
  | { kind: 'kill'; answered: boolean; afterMs: number };

type Kind =
  | 'limit'
  | 'busy'
  | 'busy-done'
  | 'hang'
  | 'hang-done'
  | 'reset'
  | 'reset-done'
  | 'garbage-done'
  | 'slow'
  | 'late';

const WRITE_FAULTS: ReadonlyArray<readonly [number, Kind]> = [
  [0.006, 'limit'],
  [0.03, 'busy'],
  [0.02, 'busy-done'],
  [0.012, 'hang'],
  [0.012, 'hang-done'],
  [0.02, 'reset'],
  [0.025, 'reset-done'],
  [0.01, 'garbage-done'],
  [0.03, 'slow'],
];
const READ_FAULTS: ReadonlyArray<readonly [number, Kind]> = [
  [0.004, 'limit'],
  [0.02, 'busy'],
  [0.006, 'hang'],
  [0.015, 'reset'],
  [0.02, 'slow'],
  [0.04, 'late'],
];
/** A poll's answer is often late, so that its content may be outdated on arrival. */
const LIST_FAULTS: ReadonlyArray<readonly [number, Kind]> = [...READ_FAULTS, [0.3, 'late']];
const WEBHOOK_FAULTS: ReadonlyArray<readonly [number, 'copies' | 'late' | 'reset-done' | 'drop']> = [
  [0.08, 'copies'],
  [0.08, 'late'],
  [0.02, 'reset-done'],
  [0.05, 'drop'],
];
/** Most calls to a remote time out after 2 seconds. */
const LATEST_MS = 1700;

/** The shares of orders that meet a permanent refusal, failing credentials, or nothing but errors. */
const REFUSED = 0.004;
const FORBIDDEN = 0.002;
const HOPELESS = 0.004;
const HOPELESS_CALLS = 4;

/** The fault of the nth call (from 0) with this purpose for this order: the same for the same seed. */
export function faultOf(seed: number, { connection, edge, about }: Read, nth: number): Fault | undefined {
  const draw = (...what: Array<string | number>) => chance(seed, connection, edge, about, ...what);
  if (edge === 'sold' || edge === 'moved') return webhookFault(draw, nth, connection === SHOP);
  const writes = edge === 'place' || edge === 'report';
  if (writes) {
    const fate = draw('fate');
    if (fate < REFUSED) return nth === 0 ? refusal(422) : undefined;
    if (fate < REFUSED + FORBIDDEN) return nth === 0 ? refusal(403) : undefined;
    if (fate < REFUSED + FORBIDDEN + HOPELESS && nth < HOPELESS_CALLS) return refusal(500);
  }
  const kind = pickBy(writes ? WRITE_FAULTS : edge === 'list' ? LIST_FAULTS : READ_FAULTS, draw(nth));
  // Scopio's list only allows guesses about what was done, so a 5xx in answer to a report is taken to mean that it was
  // not.
  if (kind === 'busy-done' && edge === 'report' && connection === SHOP) return refusal(502);
  return kind && requestFault(kind, (choices) => Math.floor(draw(nth, 'which') * choices));
}

const refusal = (status: number): Fault => ({
  kind: 'answer',
  status,
  body: JSON.stringify({ code: 'refused', description: INJECTED, message: INJECTED, Message: INJECTED }),
  done: false,
});

/** Stands for an HTTP date a second after the answer. */
export const IN_A_SECOND = 'in a second';

/**
 * How remotes say how long to wait: in seconds, as a date, in the body, as nonsense (which counts as a second), or not.
 */
const LIMITS: ReadonlyArray<() => Omit<Extract<Fault, { kind: 'answer' }>, 'kind' | 'status' | 'done'>> = [
  () => ({ headers: { 'retry-after': '1' }, body: '' }),
  () => ({ headers: { 'retry-after': IN_A_SECOND }, body: '' }),
  () => ({ body: JSON.stringify({ error: 'Too Many Requests', retry_after_seconds: 1 }) }),
  () => ({ headers: { 'retry-after': '-3600' }, body: '' }),
  () => ({ body: 'Too Many Requests' }),
];

function requestFault(kind: Kind, choose: (choices: number) => number): Fault {
  const done = kind.endsWith('-done');
  switch (kind) {
    case 'limit':
      return { kind: 'answer', status: 429, done, ...(LIMITS[choose(LIMITS.length)]?.() ?? { body: '' }) };
    case 'busy':
    case 'busy-done':
      return { ...refusal([500, 502, 503, 504][choose(4)] ?? 500), done } as Fault;
    case 'garbage-done':
      return { kind: 'answer', status: 200, body: '<html><head><title>Please wait', done };
    case 'hang':
    case 'hang-done':
      return { kind: 'hang', done };
    case 'reset':
    case 'reset-done':
      return { kind: 'reset', done };
    case 'slow':
      return { kind: 'slow', ms: 50 + choose(400) };
    case 'late':
      return { kind: 'late', ms: 200 + choose(LATEST_MS - 200) };
  }
}

/**
 * Scopio stops listing an order once it is shipped, so a webhook after that is never dropped: nothing else would tell.
 */
function webhookFault(
  draw: (...what: Array<string | number>) => number,
  nth: number,
  keepsLater: boolean,
): Fault | undefined {
  switch (pickBy(WEBHOOK_FAULTS, draw(nth))) {
    case 'drop':
      return keepsLater && nth > 0 ? undefined : { kind: 'drop' };
    case 'copies':
      return { kind: 'copies', count: 2 + Math.floor(draw(nth, 'copies') * 3) };
    case 'late':
      return { kind: 'slow', ms: 100 + Math.floor(draw(nth, 'late') * 3000) };
    case 'reset-done':
      return { kind: 'reset', done: true };
    default:
      return undefined;
  }
}

type Moment = 'sold-answered' | 'moved-answered' | 'place-done' | 'place-answered' | 'report-done' | 'report-answered';
const MOMENTS: readonly Moment[] = [
  'place-done',
  'report-done',
  'sold-answered',
  'place-answered',
  'moved-answered',
  'report-answered',
];

/** The orders at which the hub is killed, spread over the run, each with one of the moments in turn. */
export function planKills(seed: number, orders: number, count: number): Map<string, { edge: Edge; fault: Fault }> {
  const first = Math.floor(chance(seed, 'first kill') * MOMENTS.length);
  const taken = new Set<number>();
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const at = Math.min(orders - 1, Math.floor(((index + chance(seed, 'kill', index)) * orders) / count));
      const [edge, when] = (MOMENTS[(first + index) % MOMENTS.length] ?? 'place-done').split('-') as [Edge, string];
      const answered = when === 'answered';
      const afterMs = answered ? Math.floor(chance(seed, 'kill after', index) ** 2 * 60) : 0;
      const order = withAll(seed, at, orders, taken);
      taken.add(order);
      return [String(order), { edge, fault: { kind: 'kill', answered, afterMs } }] as const;
    }),
  );
}

/** The next order that has every moment: told by a webhook, placed, shipped and reported. */
function withAll(seed: number, at: number, orders: number, taken: ReadonlySet<number>): number {
  for (let step = 0; step < orders; step++) {
    const { channel, shipper, change, index } = orderOf(seed, (at + step) % orders);
    if (channel === SHOP && shipper === SHED && change?.what !== 'cancel' && !taken.has(index)) return index;
  }
  return at;
}
