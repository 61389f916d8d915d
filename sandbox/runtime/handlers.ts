import type { Context } from 'aws-lambda';
import { functions } from '#lib/topology';
import { enforceTableGrants, runAs } from './permissions.ts';

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** The very handlers that Lambda runs, by function name. Import after the environment is set. */
export async function loadHandlers(
  isWanted: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Handler>> {
  enforceTableGrants();
  const loaded = functions
    .filter(({ name }) => isWanted(name))
    .map(async ({ name, handler }) => {
      const [file = '', exported = ''] = handler.split('.');
      const module = (await import(`../../${file}.ts`)) as Record<string, Handler>;
      const found = module[exported];
      if (!found) throw new Error(`${file}.ts does not export ${exported}`);
      return [name, found] as const;
    });
  return new Map(await Promise.all(loaded));
}

/** Invokes a function with Lambda's context and time limit. */
export async function invoke(handlers: ReadonlyMap<string, Handler>, name: string, event: unknown): Promise<unknown> {
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
    return await Promise.race([runAs(spec, () => handler(event, context)), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
