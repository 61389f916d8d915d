import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functions } from '#lib/topology';
import { type Call, grants, isAllowed, type Statement } from '../authorization/policy.ts';
import { PROVIDER_CALLS, SST_CALLS } from '../authorization/provider-calls.ts';
import { hasResource, idlePartsOf, misfitOf } from '../authorization/reference.ts';
import { actionsInBundle, callsOf } from '../authorization/runtime-calls.ts';
import { type Graph, statements } from '../graph.ts';
import { ACCOUNT } from '../synth/mocks.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
/** The limit for a managed policy, without white space. */
const MAX_CHARACTERS = 6_144;

/** What is in a function's bundle but never called: retention reads deliveries and orders, not dead letters. */
const NOT_CALLED: Readonly<Record<string, readonly string[]>> = {
  sweeper: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'],
};

const wordsOf = ({ action, resource }: Call) => `${action} on ${resource}`;

/** Calls that AWS's own list of actions does not have: our mistakes in these tests. */
async function misfits(calls: readonly Call[]): Promise<string[]> {
  const found = await Promise.all(calls.map(misfitOf));
  return [...new Set(found.filter((each) => each !== undefined))];
}

/**
 * docs/deployer-policy.json has not been used with an account yet. This checks it against everything that Pulumi's AWS
 * provider and SST call to deploy the graphs, and those calls against AWS's own list of actions and resources.
 */
export const describeDeployer = (graphs: readonly Graph[]) =>
  describe('the policy of who deploys', () => {
    const text = readFileSync(join(DOCS, 'deployer-policy.json'), 'utf8');
    const filled = text.replaceAll('ACCOUNT', ACCOUNT).replaceAll('REGION', 'eu-central-1');
    const policy = JSON.parse(filled) as { Statement: Array<Statement & { Sid: string }> };
    const resources = graphs.flatMap((graph) => graph.resources);
    const typeOf = (type: string) => type.replace(/^aws:|:index(?=\/)/g, '').replace(/^random:index\//, 'random/');
    const calls = [
      ...resources.flatMap((resource) => PROVIDER_CALLS[typeOf(resource.type)]?.(resource) ?? []),
      ...SST_CALLS,
    ];

    test('is held against every type of resource that is deployed, and against no other', () => {
      expect(new Set(resources.map(({ type }) => typeOf(type)))).toEqual(new Set(Object.keys(PROVIDER_CALLS)));
    });

    test('what is asked of it are actions that AWS has, on resources that they are for', async () => {
      expect(await misfits(calls)).toEqual([]);
    });

    test('allows every call of a deployment, by action, name and condition', () => {
      expect(calls.length).toBeGreaterThan(1000);
      const refused = calls.filter((call) => !isAllowed(policy.Statement, call));
      expect([...new Set(refused.map(wordsOf))]).toEqual([]);
    });

    test('allows nothing in vain: each action exists, and fits a resource that it is allowed on', async () => {
      for (const { Sid, ...statement } of policy.Statement) expect(await idlePartsOf(statement), Sid).toEqual([]);
    });

    test('allows what the guide has its reader do with AWS’s own command line', async () => {
      const pages = ['deploy.md', 'operate.md'].map((name) => readFileSync(join(DOCS, name), 'utf8')).join('\n');
      const commands = [...pages.matchAll(/\baws ([a-z-]+) ([a-z]+(?:-[a-z0-9]+)+)/g)].map(
        ([, service = '', command = '']) =>
          `${service.replace('service-quotas', 'servicequotas')}:${actionNamed(command)}`,
      );
      expect(commands.length).toBeGreaterThan(20);
      const wanted = [...new Set(commands)]
        // Waiters only read; an administrator creates the policy itself; asking who one is needs no permission.
        .filter((action) => !/^(iam:CreatePolicy|sts:GetCallerIdentity|dynamodb:TableExists)$/.test(action));
      const refused = await Promise.all(
        wanted.map(async (action) => {
          const granting = policy.Statement.filter(({ Action }) => grants(Action, action));
          const useful = await Promise.all(granting.map(({ Resource }) => hasResource(action, [Resource].flat())));
          return useful.includes(true) ? [] : [action];
        }),
      );
      expect(refused.flat()).toEqual([]);
    });

    test.each([
      [
        'a function of others',
        { action: 'lambda:UpdateFunctionCode', resource: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:other` },
      ],
      ['a role of others', { action: 'iam:PutRolePolicy', resource: `arn:aws:iam::${ACCOUNT}:role/admin` }],
      [
        'a mapping to a function of others',
        {
          action: 'lambda:CreateEventSourceMapping',
          resource: '*',
          context: { 'lambda:FunctionArn': `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:other` },
        },
      ],
      ['a key of others', { action: 'kms:ScheduleKeyDeletion', resource: `arn:aws:kms:eu-central-1:${ACCOUNT}:key/1` }],
      ['an object of others', { action: 's3:GetObject', resource: 'arn:aws:s3:::other/x' }],
    ] satisfies Array<[string, Call]>)('does not reach %s', async (_what, call) => {
      expect(await misfitOf(call)).toBeUndefined();
      expect(isAllowed(policy.Statement, call)).toBe(false);
    });

    test('names everything that AWS can name: what is allowed on all resources is in three statements', () => {
      const open = policy.Statement.filter(({ Resource }) => [Resource].flat().includes('*')).map(({ Sid }) => Sid);
      expect(open).toEqual(['Mappings', 'WithoutNames', 'OnlyWithDomain']);
    });

    test('fits into one managed policy', () => {
      expect(JSON.stringify(JSON.parse(filled)).length).toBeLessThan(MAX_CHARACTERS);
    });
  });

/** `put-function-concurrency` is PutFunctionConcurrency. */
const actionNamed = (command: string): string =>
  command
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Checks the functions' policies against their bundles, action by action as AWS knows them. */
export const describeCalls = (graph: Graph) =>
  describe('what the code calls and what its role allows', () => {
    const all = functions.map((spec) => ({
      spec,
      calls: callsOf(graph, spec),
      allowed: graph.statementsOf(spec.name),
    }));

    test.each(all)(
      '$spec.name is allowed every call that its bundle can make with what it knows',
      ({ calls, allowed }) => {
        expect(calls.filter((call) => !isAllowed(allowed, call)).map(wordsOf)).toEqual([]);
      },
    );

    test('they are some hundreds, of actions that AWS has, on resources and with conditions that they are for', async () => {
      const calls = all.flatMap((each) => each.calls);
      expect(calls.length).toBeGreaterThanOrEqual(250);
      expect(await misfits(calls)).toEqual([]);
    });

    test.each(all)(
      '$spec.name is granted nothing that no command in its bundle asks for',
      ({ spec, calls, allowed }) => {
        const asked = new Set(calls.map(({ action }) => action));
        expect(allowed.flatMap(({ Action }) => Action).filter((action) => !asked.has(action))).toEqual([]);
        // `db` brings all table operations into a bundle; those of queues and secrets come one by one.
        const brought = [...actionsInBundle(graph, spec)].filter((action) => !action.startsWith('dynamodb:'));
        const unasked = brought.filter((action) => !asked.has(action));
        expect(unasked.sort()).toEqual(NOT_CALLED[spec.name] ?? []);
      },
    );

    test.each(['APIKEY#1', 'TOKEN#sc-store'])(
      'whatever else a call touches, %s is for whom it was granted to',
      (key) => {
        const resource = String(graph.one('dynamodb/table:Table').state.arn);
        const may = (name: string) =>
          isAllowed(graph.statementsOf(name), {
            action: 'dynamodb:UpdateItem',
            resource,
            context: { 'dynamodb:LeadingKeys': ['ORDER#1', key] },
          });
        const guarded = key.startsWith('APIKEY') ? /^api$/ : /^(poller|pusher)-sellers-commerce$/;
        expect(functions.map(({ name }) => name).filter(may)).toEqual(
          functions.map(({ name }) => name).filter((name) => guarded.test(name)),
        );
      },
    );

    test('no statement of any role has an action that does not exist, or does not fit its resources', async () => {
      for (const role of graph.all('iam/role:Role'))
        for (const statement of statements(role)) expect(await idlePartsOf(statement), role.name).toEqual([]);
    });
  });
