import { type FunctionSpec, queues, streams, table } from '#lib/topology';
import type { Graph } from '../graph.ts';
import type { Call } from './policy.ts';

/** IAM actions of SDK commands with another name: a batch or transaction needs those of its parts. */
const ACTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:TransactWriteItems': ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map(
    (name) => `dynamodb:${name}`,
  ),
  'sqs:SendMessageBatch': ['sqs:SendMessage'],
  'sqs:DeleteMessageBatch': ['sqs:DeleteMessage'],
  'sqs:ChangeMessageVisibilityBatch': ['sqs:ChangeMessageVisibility'],
  'secrets-manager:GetSecretValue': ['secretsmanager:GetSecretValue'],
};

/** Every IAM action that commands in a function's bundle can need. */
export const actionsInBundle = (graph: Graph, { handler }: FunctionSpec): Set<string> =>
  new Set(
    Object.values(graph.bundles)
      .filter((bundle) => bundle.handler === handler)
      .flatMap(({ commands }) => commands.flatMap((command) => ACTIONS_OF[command] ?? [command])),
  );

/** What event source mappings call as a consumer, and Lambda as every function. */
const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const FOLLOW = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/**
 * The calls of a function: those of its bundle's commands that the topology allows it, on each resource whose name it
 * learns; the local runtime refuses all others. A query goes to the table and to both indexes.
 */
export function callsOf(graph: Graph, spec: FunctionSpec): Call[] {
  const { name, grants } = spec;
  const inBundle = actionsInBundle(graph, spec);
  const tableArn = String(graph.one('dynamodb/table:Table').state.arn);
  const indexes = Object.keys(table.indexes).map((index) => `${tableArn}/index/${index}`);
  const queueArns = (names: readonly string[] = []) => names.map((each) => String(graph.queue(each).state.arn));
  const onAll = (actions: readonly string[], resources: readonly string[]): Call[] =>
    actions
      .filter((action) => inBundle.has(action))
      .flatMap((action) => resources.map((resource) => ({ action, resource })));
  const ofTable = (grants.table ?? []).flatMap((action) =>
    onAll([`dynamodb:${action}`], action === 'Query' ? [tableArn, ...indexes] : [tableArn]).map((call) => ({
      ...call,
      context: {
        'dynamodb:LeadingKeys': ['ORDER#scopio-main:1', ...(grants.guarded ?? []).map((each) => `${each}#1`)],
      },
    })),
  );
  const inPartitions = Object.entries(grants.only ?? {}).flatMap(([partition, actions]) =>
    onAll(
      actions.map((action) => `dynamodb:${action}`),
      [tableArn],
    ).map((call) => ({ ...call, context: { 'dynamodb:LeadingKeys': [`${partition}#1`] } })),
  );
  const log = graph.one('cloudwatch/logGroup:LogGroup', ({ state }) =>
    String(state.name).endsWith(`-${graph.stage}-${name}`),
  );
  const consumed = queues.filter(({ consumer }) => consumer === name).map((queue) => queue.name);
  return [
    ...ofTable,
    ...inPartitions,
    ...onAll(['sqs:SendMessage'], queueArns(grants.send)),
    ...onAll(['sqs:GetQueueAttributes'], queueArns(grants.measure)),
    ...onAll([...CONSUME, 'sqs:ChangeMessageVisibility'], queueArns(grants.redrive)),
    ...onAll(
      ['secretsmanager:GetSecretValue'],
      (grants.secrets ?? []).map((each) => String(graph.secret(each).state.arn)),
    ),
    ...CONSUME.flatMap((action) => queueArns(consumed).map((resource) => ({ action, resource }))),
    ...streams
      .filter(({ consumer }) => consumer === name)
      .flatMap(({ onFailureQueue }) => [
        ...FOLLOW.map((action) => ({
          action,
          resource: String(graph.one('dynamodb/table:Table').state.streamArn),
        })),
        { action: 'dynamodb:ListStreams', resource: '*' },
        ...queueArns([onFailureQueue]).map((resource) => ({ action: 'sqs:SendMessage', resource })),
      ]),
    ...LOG.map((action) => ({ action, resource: `${log.state.arn}:log-stream:2026/11/21/[$LATEST]0` })),
  ];
}
