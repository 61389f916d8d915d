import { AsyncLocalStorage } from 'node:async_hooks';
import { client, db } from '#lib/platform/table/document';
import { joining } from '#lib/platform/table/per-turn';
import { closedTo, type FunctionSpec, type TableAction } from '#lib/topology';

const running = new AsyncLocalStorage<FunctionSpec>();

/**
 * Runs a handler as its function, so that its calls are checked against the function's grants. An invocation that may
 * not read a batch joins its reads with no other's: on Lambda it could not.
 */
export const runAs = <T>(spec: FunctionSpec, run: () => Promise<T>): Promise<T> =>
  running.run(spec.grants.table?.includes('BatchGetItem') ? spec : { ...spec }, run);

/**
 * Refuses what IAM would refuse: an action on the table, or on a partition of it, that the running function was not
 * granted. Call before the first request, as the client builds a command's middleware only once.
 */
export function enforceTableGrants(): void {
  joining.of = (table) => (table === db && running.getStore()) || table;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        refuseUngranted(commandName.replace(/Command$/, ''), args.input as Request);
        return next(args);
      },
    { step: 'initialize', name: 'grants', override: true },
  );
}

function refuseUngranted(operation: string, input: Request): void {
  const spec = running.getStore();
  if (!spec) return;
  const { table = [], only = {} } = spec.grants;
  const keys = leadingKeys(input);
  const isOnly = (action: TableAction) =>
    keys.length > 0 &&
    keys.every((key) => Object.entries(only).some(([at, may]) => key.startsWith(`${at}#`) && may.includes(action)));
  const needed = actionsOf(operation, input).filter((each) => !isOnly(each));
  const denied =
    needed.find((each) => !table.includes(each)) ??
    (needed.length > 0
      ? closedTo(spec.grants).find((closed) => keys.some((key) => key.startsWith(closed)))
      : undefined);
  if (denied)
    throw Object.assign(new Error(`${spec.name} is not granted dynamodb:${denied}`), { name: 'AccessDeniedException' });
}

/** The members of a request that show whose items it touches; every query calls its partition `:pk`. */
interface Request {
  Key?: { pk?: Text };
  Item?: { pk?: Text };
  KeyConditionExpression?: string;
  ExpressionAttributeValues?: { ':pk'?: Text };
  TransactItems?: Array<Record<string, Request>>;
  /** By table: the keys to read, or what to write. */
  RequestItems?: Record<string, { Keys: Array<{ pk?: Text }> } | Array<Record<string, Request>>>;
}

interface Text {
  S?: string;
}

/** The IAM actions of a request; a transaction needs those of its parts. */
const actionsOf = (operation: string, { TransactItems = [] }: Request): TableAction[] =>
  operation === 'TransactWriteItems'
    ? TransactItems.flatMap((write) => Object.keys(write).map((part) => `${part}Item` as TableAction))
    : [operation as TableAction];

/** `dynamodb:LeadingKeys`: the partition keys that a request names. */
function leadingKeys({ Key, Item, KeyConditionExpression, ExpressionAttributeValues, ...rest }: Request): string[] {
  const { TransactItems = [], RequestItems = {} } = rest;
  const queried = KeyConditionExpression ? ExpressionAttributeValues?.[':pk'] : undefined;
  const own = [Key?.pk, Item?.pk, queried].flatMap((value) => value?.S ?? []);
  const batch = Object.values(RequestItems).flatMap((of) =>
    'Keys' in of ? of.Keys.map((Key): Request => ({ Key })) : of.flatMap((write) => Object.values(write)),
  );
  const parts = [...batch, ...TransactItems.flatMap((write) => Object.values(write))];
  return [...own, ...parts.flatMap(leadingKeys)];
}
