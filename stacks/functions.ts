import { envName, type FunctionSpec, functions, queues, streams } from '../lib/topology';
import { bundling } from './bundling';
import { environmentFor, find, type Resources } from './environment';
import { logicalName, metricNamespace, physicalName } from './names';
import { grantsToStatements } from './permissions';
import { setting } from './settings';
import { tracingConfig, tracingStatements } from './tracing';

const LOG_RETENTION_DAYS = 30;

/** Creates a function of the topology: what all functions have in common is here and nowhere else. */
export function createFunction(name: string, resources: Resources, more: Partial<sst.aws.FunctionArgs> = {}) {
  const spec = findFunction(name);
  const logs = new aws.cloudwatch.LogGroup(`${logicalName(name)}Logs`, {
    name: `/aws/lambda/${physicalName(name)}`,
    retentionInDays: LOG_RETENTION_DAYS,
  });
  return new sst.aws.Function(logicalName(name), {
    name: physicalName(name),
    handler: spec.handler,
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    timeout: `${spec.timeoutSeconds} seconds`,
    memory: `${spec.memoryMb} MB`,
    environment: {
      ...environmentFor(spec.grants, resources),
      [envName.metricNamespace]: metricNamespace(),
      [envName.watch]: setting('WATCH'),
    },
    logging: { format: 'json', logGroup: logs.name },
    nodejs: bundling,
    permissions: [
      ...grantsToStatements(spec.grants, resources),
      ...consumerStatements(name, resources),
      logStatement(logs),
      ...tracingStatements(),
    ],
    ...more,
    transform: {
      ...more.transform,
      role: narrowRole,
      // Lambda's own lines about an invocation that ends well repeat its metrics, and are half of the log.
      function: {
        ...tracingConfig(),
        loggingConfig: { logFormat: 'JSON', logGroup: logs.name, systemLogLevel: 'WARN' },
      },
    },
  });
}

function findFunction(name: string): FunctionSpec {
  const spec = functions.find((each) => each.name === name);
  if (!spec) throw new Error(`the topology has no function ${name}`);
  return spec;
}

/** What event source mappings do in the function's name. */
const consumerStatements = (name: string, { queues: made, table }: Resources) => [
  ...queues
    .filter(({ consumer }) => consumer === name)
    .map((queue) => ({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [find(made, queue.name).arn],
    })),
  ...streams
    .filter(({ consumer }) => consumer === name)
    .flatMap(({ onFailureQueue }) => [
      {
        actions: ['DescribeStream', 'GetRecords', 'GetShardIterator'].map((each) => `dynamodb:${each}`),
        resources: [table.nodes.table.streamArn],
      },
      // Lambda checks this when it creates the mapping; the action cannot be limited to one stream.
      { actions: ['dynamodb:ListStreams'], resources: ['*'] },
      { actions: ['sqs:SendMessage'], resources: [find(made, onFailureQueue).arn] },
    ]),
];

// Lambda makes up a stream's name, so this resource alone has a wildcard: the function's own log.
const logStatement = (logs: aws.cloudwatch.LogGroup) => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [$interpolate`${logs.arn}:*`],
});

// SST attaches AWSLambdaBasicExecutionRole, which may write to every log group of the account, and its trust policy
// also names the account's root: it tests `!dev` of an Output, which is never false. `sst dev` does need that trust.
function narrowRole(role: aws.iam.RoleArgs): undefined {
  role.managedPolicyArns = [];
  if (!$dev) role.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: 'lambda.amazonaws.com' });
}
