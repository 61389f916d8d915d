import { Option } from 'commander';
import type { Shape } from '#client/index';
import type { Endpoint } from '#lib/api/endpoints';
import type { Command } from '../command.ts';
import { inTurn, operatorName } from '../deployment.ts';
import { CliError, refusal, usageError } from '../errors.ts';
import { describeLag, relativeTime } from '../format.ts';
import { yes } from '../options.ts';
import type { Column } from '../table.ts';

const at = (id: string, verb: string): string => `/endpoints/${encodeURIComponent(id)}${verb}`;

export function addEndpoints(program: Command): void {
  const endpoints = program.command('endpoints').description('systems of yours that the hub pushes changes to');
  endpoints
    .command('list', { isDefault: true })
    .description('all endpoints: how far behind each is, and what went wrong')
    .examples('endpoints list', 'endpoints list --json')
    .does(async (session) => {
      const answer = await session.api.get('/endpoints');
      session.answer(answer, () => session.table(answer.endpoints, columns(session.now)) || 'no endpoints');
    });
  addAdd(endpoints);
  endpoints
    .command('test <id>')
    .description('send an endpoint a test message, and print its answer')
    .examples('endpoints test erp-main')
    .does(async (session, id: string) => {
      const result = await session.api.post<Shape<'EndpointTest'>>(at(id, '/test'), {});
      const { ok, httpStatus, code, description } = result;
      session.answer(result, () => `${id}: ${ok ? `took it (${httpStatus})` : `${code}: ${description}`}`);
      if (!ok) throw new CliError(`${id} did not accept the message`);
    });
  for (const [verb, description] of [
    ['pause', 'tell an endpoint nothing until it is resumed'],
    ['resume', 'have an endpoint go on where it stood'],
  ] as const)
    endpoints
      .command(`${verb} <id>`)
      .description(description)
      .examples(`endpoints ${verb} erp-main`)
      .does(async (session, id: string) => {
        const endpoint = await session.api.post<Endpoint>(at(id, `/${verb}`), {});
        session.answer(endpoint, () => `${id}: ${stateOf(endpoint, session.now)}, ${describeLag(endpoint)}`);
      });
  addRotate(endpoints);
  addRemove(endpoints);
}

interface AddOptions {
  to: string;
  profile: Endpoint['profile'];
  types?: string[];
  full?: true;
}

function addAdd(endpoints: Command): void {
  endpoints
    .command('add <id>')
    .description('push changes to a URL from now on; its secret is shown once')
    .requiredOption('--to <url>', 'where to, by https')
    .addOption(
      new Option('--profile <profile>', 'how it is told')
        .choices(['standard-webhooks', 'ucp'])
        .default('standard-webhooks'),
    )
    .option('--types <types...>', 'what it is told, such as order.* fulfillment.added; all where none is given')
    .option('--full', 'send the order as it is with each change')
    .examples(
      'endpoints add erp-main --to https://erp.example.com/hooks',
      "endpoints add wms --to https://wms.example.com/in --types 'order.*' --full",
    )
    .checks(async (id: string, options: AddOptions) => {
      const { EndpointEntry } = await import('#lib/connections/endpoint-file');
      const [issue] = EndpointEntry.safeParse(entryOf(id, options)).error?.issues ?? [];
      if (issue) throw usageError(`${issue.path.join('.')}: ${issue.message}`);
    })
    .doesAtDeployment(
      async (id: string, options: AddOptions) => {
        const { addEndpoint } = await import('#lib/connections/endpoints');
        const { unblock } = await import('#lib/deliveries/reopen');
        const add = () => addEndpoint(entryOf(id, options), operatorName(), { unblock });
        return { id, secret: await inTurn(add) };
      },
      ({ id, secret }) => secret ?? `${id}: added, signed by the hub's own key`,
    );
}

const entryOf = (id: string, { to: url, profile, types = [], full }: AddOptions) => ({
  id,
  url,
  profile,
  types,
  ...(full && { payload: 'full' as const }),
});

function addRotate(endpoints: Command): void {
  endpoints
    .command('rotate <id>')
    .description('make a new secret, shown once; the previous one also signs for 24 hours')
    .examples('endpoints rotate erp-main')
    .doesAtDeployment(
      async (id: string) => {
        const { rotateEndpoint } = await import('#lib/connections/endpoints');
        return { id, secret: await inTurn(() => rotateEndpoint(id, operatorName())) };
      },
      ({ secret }) => secret,
    );
}

function addRemove(endpoints: Command): void {
  endpoints
    .command('remove <id>')
    .description('stop pushing changes to an endpoint')
    .addOption(yes('really'))
    .examples('endpoints remove old-erp --yes')
    .checks((id: string, { yes: isSure }: { yes?: true }) => {
      if (!isSure)
        throw refusal(`${id} would get no more changes, and its secret would be deleted: say --yes to do it`);
    })
    .doesAtDeployment(
      async (id: string) => {
        const { removeEndpoint } = await import('#lib/connections/endpoints');
        await inTurn(() => removeEndpoint(id, operatorName()));
        return { id };
      },
      ({ id }) => `${id}: removed`,
    );
}

const WHY = { failing: 'it fails', gone: 'it answered 410', expired: 'it was away too long', asked: 'asked' } as const;

const stateOf = ({ paused, failingSince, heldUntil }: Endpoint, now: Date): string => {
  if (paused) return `paused ${relativeTime(paused.at, now)}: ${WHY[paused.why]}${paused.by ? ` by ${paused.by}` : ''}`;
  const state = failingSince ? `fails since ${relativeTime(failingSince, now)}` : 'active';
  return heldUntil ? `${state}, sent nothing: next ${relativeTime(heldUntil, now)}` : state;
};

const columns = (now: Date): Column<Endpoint>[] => [
  { title: 'ENDPOINT', value: ({ id }) => id },
  { title: 'STATE', value: (endpoint) => stateOf(endpoint, now), flexible: true },
  { title: 'BEHIND', value: describeLag },
  {
    title: 'LAST ERROR',
    value: ({ lastError }) => (lastError ? `${lastError.code} ${relativeTime(lastError.at, now)}` : '-'),
  },
  { title: 'TYPES', value: ({ types }) => types.join(' ') || 'all', flexible: true, minor: true },
  { title: 'URL', value: ({ url }) => url, flexible: true, minor: true },
];
