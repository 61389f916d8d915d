import { AsyncLocalStorage } from 'node:async_hooks';
import { watchers } from '#lib/platform/table/document';
import type { FunctionSpec, TableAction } from '#lib/topology';

const running = new AsyncLocalStorage<FunctionSpec>();

/** Runs a handler as the function it is, so that its calls can be held against its grants. */
export const runAs = <T>(spec: FunctionSpec, run: () => Promise<T>): Promise<T> => running.run(spec, run);

/** Refuses what IAM would refuse: a call to the table that the running function was not granted. */
export function enforceTableGrants(): void {
  watchers.add(refuseUngranted);
}

function refuseUngranted(action: string, input: object): void {
  const spec = running.getStore();
  const denied = spec && actionsOf(action, input).find((each) => !spec.grants.table?.includes(each));
  if (!denied) return;
  throw Object.assign(new Error(`${spec.name} is not granted dynamodb:${denied}`), { name: 'AccessDeniedException' });
}

/** The IAM actions of a request; a transaction wants those of its parts. */
function actionsOf(action: string, input: object): TableAction[] {
  if (action !== 'TransactWriteItems') return [action as TableAction];
  return (input as object[]).flatMap((write) => Object.keys(write).map((part) => `${part}Item` as TableAction));
}
