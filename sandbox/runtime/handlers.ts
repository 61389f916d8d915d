import type { Context } from 'aws-lambda';
import { functions } from '#lib/topology';
import { type Hop, inTrace, nextHop, offerTraces } from './lineage.ts';
import { enforceTableGrants, runAs } from './permissions.ts';

enforceTableGrants();

/** The largest answer that an invocation may give, as JSON. */
const MAX_RESPONSE_BYTES = 6_291_556;

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/**
 * The same handlers that Lambda runs, by function name. Each is loaded when its function is first called, as in a cold
 * start, so a hub with two connections never loads other connectors. Call once the environment is set.
 */
export function handlersOnDemand(): ReadonlyMap<string, Handler> {
  offerTraces();
  return new Map(functions.map(({ name, handler }) => [name, onDemand(handler)]));
}

function onDemand(handler: string): Handler {
  const [file = '', exported = ''] = handler.split('.');
  const path = `../../${file}.ts`;
  let loaded: Promise<Record<string, Handler>> | undefined;
  return async (event, context) => {
    loaded ??= import(path);
    const { [exported]: found } = await loaded;
    if (!found) throw new Error(`${file}.ts does not export ${exported}`);
    return found(event, context);
  };
}

/** Invokes a function with Lambda's context and trace, and its limits of time and size. */
export async function invoke(
  handlers: ReadonlyMap<string, Handler>,
  name: string,
  event: unknown,
  { trace }: Pick<Hop, 'trace'> = nextHop(name),
): Promise<unknown> {
  const handler = handlers.get(name);
  const spec = functions.find((each) => each.name === name);
  if (!handler || !spec) throw new Error(`there is no function ${name}`);
  const deadline = Date.now() + spec.timeoutSeconds * 1000;
  const context = {
    functionName: name,
    functionVersion: '$LATEST',
    awsRequestId: crypto.randomUUID(),
    memoryLimitInMB: String(spec.memoryMb),
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  } as Context;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${name} ran longer than ${spec.timeoutSeconds} s`)),
      spec.timeoutSeconds * 1000,
    );
  });
  try {
    const response = await Promise.race([inTrace(trace, () => runAs(spec, () => handler(event, context))), timeout]);
    refuseTooLarge(name, response);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

function refuseTooLarge(name: string, response: unknown): void {
  const size = Buffer.byteLength(JSON.stringify(response) ?? '');
  if (size <= MAX_RESPONSE_BYTES) return;
  const message = `${name} answered ${size} bytes, and Lambda takes ${MAX_RESPONSE_BYTES}`;
  throw Object.assign(new Error(message), { name: 'Function.ResponseSizeTooLarge' });
}

/** Logs a failure by its error's name only: the message may hold a buyer's data. */
export function tellFailure(message: string, about: object, error: unknown): void {
  console.error(JSON.stringify({ level: 'error', message, ...about, error: (error as Error).name }));
}
