import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';

/** Lambda takes a chain of messages for a runaway if it is about to invoke one function for the seventeenth time. */
export const MOST_HOPS = 16;

export interface Hop {
  /** The X-Amzn-Trace-Id of the invocation, which the SDK copies into what the function sends. */
  trace: string;
  /** How often the chain has invoked this function, this time included. */
  count: number;
}

/** The invocation of a function by events with these traces; of a batch, the longest chain counts. */
export function nextHop(functionName: string, causes: ReadonlyArray<string | undefined> = []): Hop {
  const id = createHash('sha256').update(functionName).digest('hex').slice(0, 8);
  const lineage = new Map<string, number>();
  for (const [, each = '', hops] of causes.flatMap((cause) => [...(cause ?? '').matchAll(/\b([0-9a-f]{8}):(\d+)\b/g)]))
    lineage.set(each, Math.max(lineage.get(each) ?? 0, Number(hops)));
  const count = (lineage.get(id) ?? 0) + 1;
  lineage.set(id, count);
  const root = causes.map((cause) => /\bRoot=([\w-]+)/.exec(cause ?? '')?.[1]).find(Boolean) ?? newRoot();
  return { trace: `Root=${root};Lineage=${[...lineage].map((each) => each.join(':')).join('|')}`, count };
}

const newRoot = (): string => `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;

const current = new AsyncLocalStorage<string>();

/** Runs an invocation so that what it sends carries its trace. */
export const inTrace = <T>(trace: string, run: () => Promise<T>): Promise<T> => current.run(trace, run);

/** The trace of the invocation under way. */
export const currentTrace = (): string | undefined => current.getStore();

/** Gives the SDK what Lambda's runtime would. The SDK looks only once, at its first request: call before that. */
export function offerTraces(): void {
  process.env.AWS_LAMBDA_FUNCTION_NAME ??= 'longshore-local';
  Object.assign(globalThis, { awslambda: { InvokeStore: { getXRayTraceId: currentTrace } } });
}
