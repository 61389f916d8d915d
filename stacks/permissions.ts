import { closedTo, type Grants, type TableAction, table as tableSpec } from '../lib/topology';
import { find, type Resources } from './environment';

interface Statement {
  actions: string[];
  resources: $util.Output<string>[];
  conditions?: { test: string; variable: string; values: string[] }[];
}

/** A function's grants as IAM statements: every action and every resource by name. */
export function grantsToStatements(grants: Grants, { table, queues, secrets }: Resources): Statement[] {
  const on = (
    of: ReadonlyMap<string, { arn: $util.Output<string> }>,
    names: readonly string[] = [],
    ...actions: string[]
  ): Statement[] => (names.length > 0 ? [{ actions, resources: names.map((name) => find(of, name).arn) }] : []);
  return [
    ...tableStatements(grants, table.arn),
    ...partitionStatements(grants, table.arn),
    ...on(queues, grants.send, 'sqs:SendMessage'),
    ...on(queues, grants.measure, 'sqs:GetQueueAttributes'),
    ...on(queues, grants.redrive, ...REDRIVE),
    ...on(secrets, grants.secrets, 'secretsmanager:GetSecretValue'),
  ];
}

const REDRIVE = ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'].map(
  (action) => `sqs:${action}`,
);

/** Only Query reads indexes, which hold keys alone. A call that touches a closed partition is refused whole. */
function tableStatements(grants: Grants, arn: $util.Output<string>): Statement[] {
  const actions: readonly TableAction[] = grants.table ?? [];
  const indexes = Object.keys(tableSpec.indexes).map((name) => $interpolate`${arn}/index/${name}`);
  const others = actions.filter((action) => action !== 'Query').map((action) => `dynamodb:${action}`);
  const conditions = [
    {
      test: 'ForAllValues:StringNotLike',
      variable: 'dynamodb:LeadingKeys',
      values: closedTo(grants).map((partition) => `${partition}*`),
    },
  ];
  return [
    ...(others.length > 0 ? [{ actions: others, resources: [arn], conditions }] : []),
    ...(actions.includes('Query') ? [{ actions: ['dynamodb:Query'], resources: [arn, ...indexes], conditions }] : []),
  ];
}

/** What a function may do in a few partitions and nowhere else. */
const partitionStatements = ({ only = {} }: Grants, arn: $util.Output<string>): Statement[] =>
  Object.entries(only).map(([partition, actions]) => ({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [arn],
    conditions: [{ test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values: [`${partition}#*`] }],
  }));
