import type { Failure } from '#lib/deliveries/settle';
import {
  ContractError,
  IntegrationError,
  NotYetError,
  RetryableError,
  UnknownOutcomeError,
} from '#lib/platform/errors';

type Pushed<Done> = { ok: true; done: Done; probed: boolean } | Failure;

export interface Push<Done> {
  push(): Promise<Done>;
  /** Absent where a second push does no harm. */
  probe?: (() => Promise<Done | null>) | undefined;
  /** Whether an earlier attempt may have done it. */
  unknown: boolean;
  /** Requests sent to the remote so far. */
  sent(): number;
  /** False where a probe may be unable to tell. */
  probeTells: boolean;
  /** The probe only concludes from what is gone: too little to doubt an answer by, where it may be unable to tell. */
  probeInfers: boolean;
}

/** Probes first if the last outcome is unknown, and pushes only what is not there yet. */
export async function probeThenPush<Done>(how: Push<Done>): Promise<Pushed<Done>> {
  const { push, probe, unknown, sent } = how;
  try {
    const found = unknown ? await probe?.() : null;
    if (found) return { ok: true, done: found, probed: true };
  } catch (error) {
    return { ok: false, error: toAskAgain(error), unknown };
  }
  const before = sent();
  try {
    return { ok: true, done: await push(), probed: false };
  } catch (error) {
    const stands = mayStand(error, sent() - before, how);
    const failure = { ok: false, error: stands ? toAskAgain(error) : error, unknown: stands } as const;
    if (!LEAD_ON.has(statusOf(error)) || !how.probeTells || how.probeInfers) return failure;
    // Such an answer blocks the delivery for a person, who has nothing to do if the remote has done it.
    const found = await probe?.().catch(() => null);
    return found ? { ok: true, done: found, probed: true } : failure;
  }
}

/** One answer in an odd shape must not end the look for what may stand at the remote. */
const toAskAgain = (error: unknown): unknown =>
  error instanceof ContractError ? new RetryableError(error.detail, { cause: error }) : error;

const statusOf = (error: unknown): number => (error instanceof IntegrationError ? (error.detail.httpStatus ?? 0) : 0);

/** 302 and 303 are the answer to a form that was processed, and also to a request for a resource that has moved. */
const LEAD_ON = new Set([302, 303]);

/** 502 and 504 come from a gateway before the remote: they do not tell whether the remote did it. */
const TELL_NOTHING = new Set([...LEAD_ON, 502, 504]);

/** Whether a push that failed after so many requests may have had an effect at the remote. */
function mayStand(error: unknown, sent: number, { probeTells, probeInfers }: Push<unknown>): boolean {
  // The rate limit or a bug of ours stopped it: the requests before that may have had an effect.
  if (error instanceof NotYetError || !(error instanceof IntegrationError)) return sent > 0;
  if (error instanceof UnknownOutcomeError) return true;
  // That a second call was refused says nothing about the first.
  if (sent > 1) return true;
  if (probeInfers && !probeTells) return false;
  const httpStatus = statusOf(error);
  if (TELL_NOTHING.has(httpStatus)) return true;
  // With a 500 the remote itself says that it failed, perhaps after its work; 408 may come after the work, too, and 409
  // may be about that very work: worth a probe, but not a person's time.
  const isDoubtful = httpStatus >= 500 || httpStatus === 408 || (httpStatus === 409 && !probeInfers);
  return error instanceof RetryableError && isDoubtful && probeTells;
}
