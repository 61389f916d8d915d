import { AsyncLocalStorage } from 'node:async_hooks';
import { client } from '#lib/platform/table/document';
import type { FunctionSpec, TableAction } from '#lib/topology';

const running = new AsyncLocalStorage<FunctionSpec>();

/** Runs a handler as the function it is, so that its calls can be held against its grants. */
export const runAs = <T>(spec: FunctionSpec, run: () => Promise<T>): Promise<T> => running.run(spec, run);

/**
 * Refuses what IAM would refuse: a call to the table that the running function was not granted. Before the first request,
 * as the client puts the middleware of a command together once.
 */
export function enforceTableGrants(): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        refuseUngranted(actionsOf(commandName.replace(/Command$/, ''), args.input));
        return next(args);
      },
    { step: 'initialize', name: 'grants', override: true },
  );
}

function refuseUngranted(actions: readonly TableAction[]): void {
  const spec = running.getStore();
  const denied = spec && actions.find((each) => !spec.grants.table?.includes(each));
  if (!denied) return;
  throw Object.assign(new Error(`${spec.name} is not granted dynamodb:${denied}`), { name: 'AccessDeniedException' });
}

/** The IAM actions of a request; a transaction wants those of its parts. */
function actionsOf(operation: string, input: object): TableAction[] {
  if (operation !== 'TransactWriteItems') return [operation as TableAction];
  const { TransactItems = [] } = input as { TransactItems?: object[] };
  return TransactItems.flatMap((write) => Object.keys(write).map((part) => `${part}Item` as TableAction));
}
