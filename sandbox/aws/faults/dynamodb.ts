import { AwsError } from '../aws-error.ts';
import type { Handle } from '../serve.ts';
import { LostConnection } from './lost-connection.ts';
import type { FaultPlan, FaultTable } from './plan.ts';

type Kind =
  | 'throttled'
  | 'unavailable'
  | 'lost'
  | 'done-but-lost'
  | 'conflict'
  | 'unprocessed'
  /** The reason why a transaction is cancelled. */
  | 'TransactionConflict'
  | 'ThrottlingError'
  | 'ProvisionedThroughputExceeded';

const READS: FaultTable<Kind> = [
  [0.004, 'throttled'],
  [0.002, 'unavailable'],
  [0.002, 'lost'],
];
const WRITES: FaultTable<Kind> = [...READS, [0.006, 'done-but-lost']];
const SINGLE_WRITES: FaultTable<Kind> = [...WRITES, [0.01, 'conflict']];
const TABLES: Readonly<Record<string, FaultTable<Kind>>> = {
  GetItem: READS,
  Query: READS,
  BatchGetItem: [...READS, [0.01, 'unprocessed']],
  PutItem: SINGLE_WRITES,
  UpdateItem: SINGLE_WRITES,
  DeleteItem: SINGLE_WRITES,
  TransactWriteItems: [
    ...WRITES,
    [0.02, 'TransactionConflict'],
    [0.005, 'ThrottlingError'],
    [0.005, 'ProvisionedThroughputExceeded'],
  ],
};

/** DynamoDB with faults. If a write is done but not answered, the SDK's own repeat fails the write's condition. */
export const disturbDynamoDb =
  (handle: Handle, plan: FaultPlan): Handle =>
  async (operation, input, caller) => {
    const table = TABLES[operation];
    const fault = table && plan.take(`dynamodb ${operation}`, keyOf(input), table);
    switch (fault) {
      case 'throttled':
        throw new AwsError(
          'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
          'The level of configured provisioned throughput for the table was exceeded.',
        );
      case 'unavailable':
        throw new AwsError('com.amazonaws.dynamodb.v20120810#InternalServerError', 'Internal', { status: 500 });
      case 'lost':
        throw new LostConnection();
      case 'done-but-lost':
        await handle(operation, input, caller);
        throw new LostConnection();
      case 'conflict':
        throw new AwsError(
          'com.amazonaws.dynamodb.v20120810#TransactionConflictException',
          'Transaction is ongoing for the item',
        );
      case 'TransactionConflict':
      case 'ThrottlingError':
      case 'ProvisionedThroughputExceeded':
        throw cancelled(input, fault);
      case 'unprocessed':
        return getHalf(input, (half) => handle(operation, half, caller));
      default:
        return handle(operation, input, caller);
    }
  };

type Attributes = Record<string, { S?: string }>;
interface Written {
  Key?: Attributes;
  Item?: Attributes;
}
interface Request extends Written {
  TransactItems?: Array<Record<string, Written>>;
  RequestItems?: Record<string, { Keys: Attributes[] }>;
  ExpressionAttributeValues?: Attributes;
}

/** The key that a request concerns; of a transaction, its order or delivery, as event ids are random. */
function keyOf(input: unknown): string {
  const { Key, Item, TransactItems, RequestItems, ExpressionAttributeValues: values } = input as Request;
  const written = TransactItems?.flatMap((each) => Object.values(each)) ?? [];
  const keys = [{ ...(Key && { Key }), ...(Item && { Item }) }, ...written].map(
    (each) => each.Key?.pk?.S ?? each.Item?.pk?.S ?? '',
  );
  const named = keys.find((key) => key !== '' && !key.startsWith('EVENT#')) ?? keys[0];
  const read = Object.values(RequestItems ?? {})[0]?.Keys[0]?.pk?.S;
  return named || read || values?.[':pk']?.S || '';
}

function cancelled(input: unknown, reason: string): AwsError {
  const items = (input as Request).TransactItems ?? [];
  const reasons = items.map((_, index) => ({ Code: index === 0 ? reason : 'None' }));
  return new AwsError(
    'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reason}]`,
    { details: { CancellationReasons: reasons } },
  );
}

async function getHalf(input: unknown, get: (half: unknown) => unknown): Promise<unknown> {
  const [[name, wanted] = []] = Object.entries((input as Request).RequestItems ?? {});
  if (!name || !wanted || wanted.Keys.length < 2) return get(input);
  const middle = Math.ceil(wanted.Keys.length / 2);
  const now = { ...wanted, Keys: wanted.Keys.slice(0, middle) };
  const answer = (await get({ ...(input as object), RequestItems: { [name]: now } })) as object;
  return { ...answer, UnprocessedKeys: { [name]: { ...wanted, Keys: wanted.Keys.slice(middle) } } };
}
