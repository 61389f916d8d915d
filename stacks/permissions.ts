import { type Grants, type TableAction, table as tableSpec } from '../lib/topology';
import { find, type Resources } from './environment';

interface Statement {
  actions: string[];
  resources: $util.Output<string>[];
}

/** A function's grants as IAM statements: every action and every resource by name. */
export function grantsToStatements(
  { table, send, measure, redrive, secrets }: Grants,
  resources: Resources,
): Statement[] {
  const statements = table ? tableStatements(table, resources.table.arn) : [];
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

// Only Query reads indexes, and they hold keys alone.
function tableStatements(actions: readonly TableAction[], arn: $util.Output<string>): Statement[] {
  const indexes = Object.keys(tableSpec.indexes).map((name) => $interpolate`${arn}/index/${name}`);
  const others = actions.filter((action) => action !== 'Query').map((action) => `dynamodb:${action}`);
  const statements: Statement[] = [];
  if (others.length > 0) statements.push({ actions: others, resources: [arn] });
  if (actions.includes('Query')) statements.push({ actions: ['dynamodb:Query'], resources: [arn, ...indexes] });
  return statements;
}
