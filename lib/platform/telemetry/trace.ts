import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** A step within the trace of what caused it: W3C Trace Context level 1, ids in lower-case hex. */
export interface Trace {
  /** 32 digits, the same from the webhook or poll to the push. */
  readonly traceId: string;
  /** 16 digits, this step's own. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const HEADER =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;
const ZEROES = /^0+$/;

/** The caller's step in its trace, or undefined where it cannot be read. Later versions are read as 00. */
export function parseTraceparent(header: string | undefined): Trace | undefined {
  const { version, traceId = '', spanId = '', flags = '', more } = HEADER.exec(header ?? '')?.groups ?? {};
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (ZEROES.test(traceId) || ZEROES.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = ({ traceId, spanId, sampled }: Trace): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** A new trace. It counts as sampled: every line that is logged in it is kept. */
export const startTrace = (): Trace => ({ traceId: randomId(16), spanId: randomId(8), sampled: true });

/** The next step of the caller's trace, or a new trace where the caller's cannot be read. */
export function continueTrace(header: string | undefined): Trace {
  const caller = parseTraceparent(header);
  return caller ? { ...caller, spanId: randomId(8) } : startTrace();
}

const current = new AsyncLocalStorage<Trace>();

/** Runs the work, including whatever it awaits, in this trace: its log lines carry it. */
export const runInTrace = <T>(trace: Trace, work: () => T): T => current.run(trace, work);

/** Makes this the trace for the rest of the invocation. */
export const enterTrace = (trace: Trace): void => current.enterWith(trace);

export const currentTrace = (): Trace | undefined => current.getStore();

/** What a message carries so that its receiver continues the trace; undefined outside of one. */
export function currentTraceparent(): string | undefined {
  const trace = current.getStore();
  return trace && formatTraceparent(trace);
}

/** Taken from a UUID, which node:crypto caches: never all zeroes, as the version is not. */
const randomId = (bytes: 8 | 16): string =>
  randomUUID()
    .replaceAll('-', '')
    .slice(-2 * bytes);
