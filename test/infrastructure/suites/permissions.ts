import { describe, expect, test } from 'vitest';
import { roleOf } from '#lib/marketplaces/registry';
import { closedTo, deliveryQueue, functions, INBOUND_QUEUE, queues, streams, table } from '#lib/topology';
import { type Graph, type Statement, statements } from '../graph.ts';

const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const FOLLOW = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
const LIST_STREAMS = 'dynamodb:ListStreams';
const REDRIVE = [...CONSUME, 'sqs:ChangeMessageVisibility'];
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];

export const describePermissions = (graph: Graph) =>
  describe('permissions', () => {
    const tableArn = String(graph.one('dynamodb/table:Table').state.arn);
    const streamArn = String(graph.one('dynamodb/table:Table').state.streamArn);
    const queueArn = (name: string) => String(graph.queue(name).state.arn);
    const secretArn = (name: string) => String(graph.secret(name).state.arn);
    const logArn = (name: string) =>
      `${graph.one('cloudwatch/logGroup:LogGroup', ({ state }) => state.name === `/aws/lambda/longshore-test-${name}`).state.arn}:*`;

    /** Every pair of action and resource that a grant means. */
    function expectedPairs(name: string): string[] {
      const {
        table: actions = [],
        only = {},
        send = [],
        measure = [],
        redrive = [],
        secrets = [],
      } = functions.find((each) => each.name === name)?.grants ?? {};
      const indexes = Object.keys(table.indexes).map((index) => `${tableArn}/index/${index}`);
      const followed = streams.filter(({ consumer }) => consumer === name);
      const consumed = queues.filter(({ consumer }) => consumer === name);
      return pairs([
        ...actions.map((action) => ({
          Action: [`dynamodb:${action}`],
          Resource: action === 'Query' ? [tableArn, ...indexes] : [tableArn],
        })),
        ...Object.values(only).map((each) => ({
          Action: each.map((action) => `dynamodb:${action}`),
          Resource: [tableArn],
        })),
        { Action: ['sqs:SendMessage'], Resource: send.map(queueArn) },
        { Action: ['sqs:GetQueueAttributes'], Resource: measure.map(queueArn) },
        { Action: REDRIVE, Resource: redrive.map(queueArn) },
        { Action: ['secretsmanager:GetSecretValue'], Resource: secrets.map(secretArn) },
        { Action: CONSUME, Resource: consumed.map((queue) => queueArn(queue.name)) },
        { Action: followed.length > 0 ? FOLLOW : [], Resource: [streamArn] },
        { Action: followed.length > 0 ? [LIST_STREAMS] : [], Resource: ['*'] },
        { Action: ['sqs:SendMessage'], Resource: followed.map(({ onFailureQueue }) => queueArn(onFailureQueue)) },
        { Action: LOG, Resource: [logArn(name)] },
      ]);
    }

    test.each(functions)('$name may do exactly what the topology grants it', ({ name }) => {
      expect(pairs(graph.statementsOf(name))).toEqual(expectedPairs(name));
    });

    test.each(functions.filter(({ name }) => name.startsWith('webhook-')))(
      '$name can send what it received, read its own secret and which version of it counts, write its log and nothing else',
      ({ name: of }) => {
        const name = of.replace('webhook-', '');
        const { naming } = roleOf(name).info;
        const accepting = [INBOUND_QUEUE, ...(naming ? [deliveryQueue(name)] : [])];
        expect(pairs(graph.statementsOf(of))).toEqual(
          pairs([
            { Action: ['sqs:SendMessage'], Resource: accepting.map(queueArn) },
            { Action: ['secretsmanager:GetSecretValue'], Resource: [secretArn(name)] },
            { Action: ['dynamodb:GetItem'], Resource: [tableArn] },
            { Action: LOG, Resource: [logArn(of)] },
          ]),
        );
        const ofTable = graph.statementsOf(of).filter(({ Resource }) => Resource.includes(tableArn));
        expect(ofTable.map(({ Condition }) => Condition)).toEqual([
          { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['SECRET#*'] } },
        ]);
      },
    );

    test.each(functions.filter(({ grants }) => grants.table))(
      '$name may touch no API key, session or access token that it was not granted',
      ({ name, grants }) => {
        const ofTable = graph
          .statementsOf(name)
          .filter(({ Action }) =>
            Action.some((each) => each.startsWith('dynamodb:') && ![...FOLLOW, LIST_STREAMS].includes(each)),
          );
        // Functions that count stock may delete reservations only.
        const ofReservations = ofTable.filter(({ Condition }) => Condition?.['ForAllValues:StringLike']);
        expect(ofReservations.map(({ Action, Condition }) => [Action, Condition])).toEqual(
          /^(ingest$|pusher-)/.test(name)
            ? [[['dynamodb:DeleteItem'], { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['RESERVED#*'] } }]]
            : [],
        );
        for (const { Condition } of ofTable.filter((each) => !ofReservations.includes(each)))
          expect(Condition).toEqual({
            'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': closedTo(grants).map((each) => `${each}*`) },
          });
        const mayUse = (partition: string) => !closedTo(grants).some((each) => each === partition);
        expect({ keys: mayUse('APIKEY'), sessions: mayUse('SESSION'), tokens: mayUse('TOKEN') }).toEqual({
          keys: name === 'api',
          sessions: name === 'api',
          tokens: /^(poller|pusher)-sellers-commerce$/.test(name),
        });
      },
    );

    test('the console may look up an API key, keep sessions, and touch nothing else of the table', () => {
      const ofTable = graph.statementsOf('console').filter(({ Resource }) => Resource.includes(tableArn));
      const may = ofTable.map(({ Action, Condition }) => [
        Action.map((each) => each.replace('dynamodb:', '')).sort(),
        Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'],
      ]);
      expect(may).toEqual([
        [['GetItem'], ['APIKEY#*']],
        [['DeleteItem', 'GetItem', 'PutItem'], ['SESSION#*']],
      ]);
    });

    test('only the API may empty queues, and only dead-letter queues', () => {
      const deadLetters = new Set(queues.map(({ deadLetterQueue }) => queueArn(deadLetterQueue)));
      for (const { name } of functions) {
        const consumed = new Set(queues.filter(({ consumer }) => consumer === name).map((each) => queueArn(each.name)));
        const emptied = pairs(graph.statementsOf(name))
          .flatMap(
            (pair) => /^sqs:(?:ReceiveMessage|DeleteMessage|ChangeMessageVisibility) (.+)$/.exec(pair)?.[1] ?? [],
          )
          .filter((arn) => !consumed.has(arn));
        expect(new Set(emptied), name).toEqual(name === 'api' ? deadLetters : new Set());
      }
    });

    test('no statement of any role has a wildcard, but for the streams of the function’s own log and to list those of tables', () => {
      const logs = new Set(functions.map(({ name }) => logArn(name)));
      const roles = graph.all('iam/role:Role');
      expect(roles.length).toBeGreaterThan(functions.length);
      for (const role of roles) {
        const found = statements(role);
        expect(found, role.name).not.toEqual([]);
        for (const { Action, Resource, Condition: _narrower, ...rest } of found) {
          expect(rest).toEqual({ Effect: 'Allow' });
          for (const action of Action) expect(action, role.name).toMatch(/^[a-z]+:[A-Za-z]+$/);
          const isLog = Action.every((action) => LOG.includes(action));
          if (`${Action}` === LIST_STREAMS) continue;
          for (const arn of Resource) if (!(isLog && logs.has(arn))) expect(arn, role.name).toMatch(/^arn:aws:[^*?]+$/);
        }
      }
    });

    test('nothing is granted outside the inline statements', () => {
      for (const { name, inputs } of graph.all('iam/role:Role')) {
        expect(inputs.managedPolicyArns ?? [], name).toEqual([]);
        expect(inputs.inlinePolicies, name).toHaveLength(1);
      }
      const elsewhere = graph.resources.filter(({ type }) => /policy/i.test(type));
      // Who may publish to the alarms' topic is tested with the alarms.
      expect(elsewhere.map(({ type, name }) => `${type} ${name}`)).toEqual([
        'aws:sns/topicPolicy:TopicPolicy AlarmsPolicy',
      ]);
    });

    test('each function has a role of its own, which only the Lambda service may assume', () => {
      const roles = functions.map(({ name }) => graph.role(graph.function(name).inputs.role));
      expect(new Set(roles.map(({ name }) => name)).size).toBe(functions.length);
      for (const { name, inputs } of roles)
        expect(trusted(inputs), name).toEqual([{ Service: 'lambda.amazonaws.com' }]);
    });

    test('the other roles are the scheduler’s, and each may start one function and bury what it could not start', () => {
      const ofFunctions = new Set(functions.map(({ name }) => graph.function(name).inputs.role));
      const others = graph.all('iam/role:Role').filter(({ state }) => !ofFunctions.has(state.arn));
      for (const role of others) {
        const schedule = graph.one(
          'scheduler/schedule:Schedule',
          ({ inputs }) => target(inputs).roleArn === role.state.arn,
        );
        expect(trusted(role.inputs)).toEqual([{ Service: 'scheduler.amazonaws.com' }]);
        expect(pairs(statements(role))).toEqual(
          pairs([
            { Action: ['lambda:InvokeFunction'], Resource: [target(schedule.inputs).arn] },
            { Action: ['sqs:SendMessage'], Resource: [queueArn('schedule-dead-letters')] },
          ]),
        );
      }
    });

    test('only this API may invoke functions by resource policy', () => {
      const api = graph.one('apigatewayv2/api:Api').state.executionArn;
      for (const { inputs } of graph.all('lambda/permission:Permission'))
        expect(inputs).toMatchObject({
          action: 'lambda:InvokeFunction',
          principal: 'apigateway.amazonaws.com',
          sourceArn: `${api}/*`,
        });
    });
  });

const pairs = (all: readonly Statement[]): string[] =>
  all.flatMap(({ Action, Resource }) => Action.flatMap((action) => Resource.map((arn) => `${action} ${arn}`))).sort();

/** Who may assume a role; the policy may be text or an object. */
function trusted({ assumeRolePolicy }: Record<string, unknown>): unknown[] {
  const policy = typeof assumeRolePolicy === 'string' ? JSON.parse(assumeRolePolicy) : assumeRolePolicy;
  return (policy as { Statement: Array<{ Principal: unknown }> }).Statement.map(({ Principal }) => Principal);
}

const target = (inputs: Record<string, unknown>) => inputs.target as { arn: string; roleArn: string };
