import { AsyncLocalStorage } from 'node:async_hooks';
import { db } from '#lib/aws/table';
import type { FunctionSpec, TableAction } from '#lib/topology';

const running = new AsyncLocalStorage<FunctionSpec>();

/** Runs a handler as the function it is, so that its calls can be held against its grants. */
export const runAs = <T>(spec: FunctionSpec, run: () => Promise<T>): Promise<T> => running.run(spec, run);

/** Refuses what IAM would refuse: a call to the table that the running function was not granted. */
export function enforceTableGrants(): void {
  db.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const spec = running.getStore();
        const denied =
          spec && actionsOf(commandName, args.input).find((action) => !spec.grants.table?.includes(action));
        if (!denied) return next(args);
        throw Object.assign(new Error(`${spec.name} is not granted dynamodb:${denied}`), {
          name: 'AccessDeniedException',
        });
      },
    { step: 'initialize', name: 'enforceTableGrants', override: true },
  );
}

/** The IAM actions of a command; a transaction wants those of its parts. */
function actionsOf(commandName: string, input: unknown): TableAction[] {
  const name = commandName.replace(/Command$/, '');
  if (!name.startsWith('TransactWrite')) return [ACTIONS[name] ?? (name as TableAction)];
  const { TransactItems } = input as { TransactItems: object[] };
  return TransactItems.flatMap((item) => Object.keys(item).map((part) => ACTIONS[part] ?? (part as TableAction)));
}

const ACTIONS: Readonly<Record<string, TableAction>> = {
  Get: 'GetItem',
  BatchGet: 'BatchGetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};
