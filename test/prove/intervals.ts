import type { ShownAttempt, ShownDelivery } from '../support/shown.ts';
import { type Around, coveredBy, excusesOf, type Span } from './excuses.ts';
import type { Replayed } from './operator.ts';
import { CHANNELS, CLOCK, SHIPPERS } from './settings.ts';

const INTERVAL_MS = CLOCK.RETRY_INTERVAL_SECONDS * 1000;
const SWEEP_MS = CLOCK.SWEEP_INTERVAL_SECONDS * 1000;
/**
 * The longest that the SDK's six attempts at a throttled request take (0.5 s doubled each time, randomly shorter).
 * Pushers and sweeper share one read of the configuration: if it is throttled that often, everything due waits for it.
 */
const THROTTLED_MS = 15_500;
/** How late a due retry may be: because of that, of a call that hangs, and of the machine. */
const ALLOWANCE_MS = THROTTLED_MS + CLOCK.HTTP_TIMEOUT_SECONDS * 1000 + 5000;

/** Attempts that should not have been made, and retries that were early or late, in words. */
export function checkAttempts(
  deliveries: readonly ShownDelivery[],
  { replayed, ...around }: Around & { replayed: readonly Replayed[] },
) {
  const overLimit: string[] = [];
  const outside: string[] = [];
  const late: number[] = [];
  const excuses = new Map<string, Span[]>(
    [...CHANNELS, ...SHIPPERS].map((connection) => [connection, excusesOf(connection, around)]),
  );
  const replaysOf = Map.groupBy(replayed, ({ delivery }) => delivery);
  for (const { id, action, connection, attempts } of deliveries) {
    const replays = (replaysOf.get(id) ?? []).map(({ at }) => at);
    for (const set of setsOf(attempts, replays)) {
      const counted = set.filter(({ outcome }) => outcome !== 'throttled');
      if (counted.length > CLOCK.RETRY_LIMIT + 1)
        overLimit.push(
          `${id} ${action}: ${counted.map(({ startedAt, outcome }) => `${startedAt} ${outcome}`).join(', ')}`,
        );
      for (const [index, attempt] of set.entries()) {
        const next = set[index + 1];
        const wrong = wrongDue(attempt);
        if (wrong) outside.push(`${id} ${action} #${attempt.number}: ${wrong}`);
        if (!next || !attempt.nextAttemptAt) continue;
        // A lease that was not ended runs for 90 s, which is beyond the due retry on this clock.
        const due = Math.max(Date.parse(attempt.nextAttemptAt), Date.parse(attempt.endedAt));
        const lateness = Date.parse(next.startedAt) - due;
        const excused = coveredBy(excuses.get(connection) ?? [], { from: due, to: due + lateness });
        if (lateness < 0) outside.push(`${id} ${action} #${next.number}: ${-lateness} ms before it was due`);
        if (lateness - excused > SWEEP_MS + ALLOWANCE_MS)
          outside.push(`${id} ${action} #${next.number}: ${lateness - excused} ms after it was due`);
        late.push(Math.max(0, lateness - excused) / 1000);
      }
    }
  }
  late.sort((a, b) => a - b);
  const at = (share: number) => late[Math.floor(share * (late.length - 1))] ?? 0;
  return { overLimit, outside, lateness: { median: at(0.5), p99: at(0.99), max: at(1) } };
}

/**
 * What is wrong with a recorded due time: an interval after a failure began, or as asked for after a throttled attempt.
 */
function wrongDue({ outcome, startedAt, endedAt, nextAttemptAt }: ShownAttempt): string | undefined {
  if (!nextAttemptAt) return undefined;
  const due = Date.parse(nextAttemptAt);
  if (outcome === 'failed' || outcome === 'unknown') {
    const interval = due - Date.parse(startedAt);
    return interval === INTERVAL_MS ? undefined : `due ${interval} ms after it began`;
  }
  const wait = due - Date.parse(endedAt);
  return outcome === 'throttled' && (wait < 1000 || wait > 3_600_000) ? `throttled for ${wait} ms` : undefined;
}

/** A replay begins a new set of attempts. */
function setsOf(attempts: readonly ShownAttempt[], replays: readonly number[]): ShownAttempt[][] {
  const setOf = ({ startedAt }: ShownAttempt) => replays.filter((at) => at <= Date.parse(startedAt) + 5).length;
  return [...Map.groupBy(attempts, setOf).values()];
}
