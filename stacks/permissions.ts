import { closedTo, type Grants, type TableAction, table as tableSpec } from '../lib/topology';
import { find, type Resources } from './environment';

interface Statement {
  actions: string[];
  resources: $util.Output<string>[];
  conditions?: { test: string; variable: string; values: string[] }[];
}

/** A function's grants as IAM statements: every action and every resource by name. */
export function grantsToStatements(grants: Grants, resources: Resources): Statement[] {
  const { send, measure, redrive, secrets } = grants;
  const statements = [
    ...tableStatements(grants, resources.table.arn),
    ...partitionStatements(grants, resources.table.arn),
  ];
  if (send?.length)
    statements.push({
      actions: ['sqs:SendMessage'],
      resources: send.map((name) => find(resources.queues, name).arn),
    });
  if (measure?.length)
    statements.push({
      actions: ['sqs:GetQueueAttributes'],
      resources: measure.map((name) => find(resources.queues, name).arn),
    });
  if (redrive?.length)
    statements.push({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      resources: redrive.map((name) => find(resources.queues, name).arn),
    });
  if (secrets?.length)
    statements.push({
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map((name) => find(resources.secrets, name).arn),
    });
  return statements;
}

/** Only Query reads indexes, which hold keys alone. A call that touches a partition closed to the function is refused whole. */
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
  const statements: Statement[] = [];
  if (others.length > 0) statements.push({ actions: others, resources: [arn], conditions });
  if (actions.includes('Query'))
    statements.push({ actions: ['dynamodb:Query'], resources: [arn, ...indexes], conditions });
  return statements;
}

/** What a function may do in a few partitions and nowhere else. */
const partitionStatements = ({ only = {} }: Grants, arn: $util.Output<string>): Statement[] =>
  Object.entries(only).map(([partition, actions]) => ({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [arn],
    conditions: [{ test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values: [`${partition}#*`] }],
  }));
