import type { Failure } from '#lib/deliveries/settle';
import { IntegrationError, NotYetError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';

export type Pushed<Done> = { ok: true; done: Done; probed: boolean } | Failure;

export interface Push<Done> {
  push(): Promise<Done>;
  /** Absent where a second push does no harm. */
  probe?: (() => Promise<Done | null>) | undefined;
  /** Whether an earlier attempt may have done it. */
  unknown: boolean;
  /** Requests that have left for the remote so far. */
  sent(): number;
  /** False where a probe may find that nobody can tell. */
  probeTells: boolean;
  /** The probe only concludes from what is no longer there: too little to doubt an answer where it may not tell. */
  probeInfers: boolean;
}

/** Probes first where the last outcome is unknown, and pushes only what is not there yet. */
export async function probeThenPush<Done>(how: Push<Done>): Promise<Pushed<Done>> {
  const { push, probe, unknown, sent } = how;
  try {
    const found = unknown ? await probe?.() : null;
    if (found) return { ok: true, done: found, probed: true };
  } catch (error) {
    return { ok: false, error, unknown };
  }
  const before = sent();
  try {
    return { ok: true, done: await push(), probed: false };
  } catch (error) {
    const failure = { ok: false, error, unknown: mayStand(error, sent() - before, how) } as const;
    if (!LEAD_ON.has(statusOf(error)) || !how.probeTells || how.probeInfers) return failure;
    // A delivery that is answered so is blocked for a person, who has nothing to do if the remote has done it.
    const found = await probe?.().catch(() => null);
    return found ? { ok: true, done: found, probed: true } : failure;
  }
}

const statusOf = (error: unknown): number => (error instanceof IntegrationError ? (error.detail.httpStatus ?? 0) : 0);

/** 302 and 303 answer a form whose work is done, and also what has moved to another address. */
const LEAD_ON = new Set([302, 303]);

/** 502 and 504 come from a gateway before the remote: they do not tell whether the remote did it. */
const TELL_NOTHING = new Set([...LEAD_ON, 502, 504]);

/** Whether a push that failed after so many requests may have left something at the remote. */
function mayStand(error: unknown, sent: number, { probeTells, probeInfers }: Push<unknown>): boolean {
  // The budget ended, or we failed: whatever left before that may stand.
  if (error instanceof NotYetError || !(error instanceof IntegrationError)) return sent > 0;
  if (error instanceof UnknownOutcomeError) return true;
  // A refused second call says nothing of the first.
  if (sent > 1) return true;
  if (probeInfers && !probeTells) return false;
  const httpStatus = statusOf(error);
  if (TELL_NOTHING.has(httpStatus)) return true;
  // A 500 is the remote's own word that it failed, perhaps after its work; 408 may come after it, too, and 409 be said of
  // what it has by now: worth a probe, but not a person's look.
  const isDoubtful = httpStatus >= 500 || httpStatus === 408 || (httpStatus === 409 && !probeInfers);
  return error instanceof RetryableError && isDoubtful && probeTells;
}
