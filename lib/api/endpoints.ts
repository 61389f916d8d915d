import { FOREVER, isHeld } from '#lib/changes/endpoint-state';
import {
  type EndpointView,
  findEndpoint,
  listEndpoints,
  pauseEndpoint,
  resumeEndpoint,
  testEndpoint,
  viewEndpoint,
} from '#lib/changes/endpoints';
import { Endpoint as EndpointFacts } from '#lib/connections/endpoint-schema';
import { codeOf } from '#lib/deliveries/settle';
import { recordAct } from '#lib/platform/audit';
import { IntegrationError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { doc, named, pick } from './kit/meta.ts';
import { json, optionalBody, Routes } from './kit/route.ts';

const Endpoint = named(
  'Endpoint',
  z.extend(EndpointFacts, {
    state: z.enum(['active', 'paused']),
    paused: doc(
      z.nullable(
        z.object({
          why: z.enum(['failing', 'gone', 'expired', 'asked']),
          by: z.nullable(z.string()),
          at: z.iso.datetime(),
        }),
      ),
      {
        description:
          '`failing`: it refused or missed everything for a day, and is tried once an hour. The others wait for a resume: `gone` after a 410, `expired` because changes it was not told are gone, `asked` by a person.',
      },
    ),
    failingSince: doc(z.nullable(z.iso.datetime()), { description: 'When everything sent to it began to fail.' }),
    lastError: doc(z.nullable(z.object({ code: z.string(), at: z.iso.datetime() })), {
      description: 'In the hub’s words: the endpoint’s own are in its deliveries.',
    }),
    lastSuccessAt: z.nullable(z.iso.datetime()),
    heldUntil: doc(z.nullable(z.iso.datetime()), {
      description:
        'Nothing is sent before this instant: it asked for patience, or is asked then whether it is back. A resume ends the wait.',
    }),
    lagSeconds: doc(z.int(), {
      description:
        'Age of the oldest change that it was not sent; 0 if there is none. One that it refused is a delivery, and does not count.',
    }),
    lagEntries: doc(z.int(), { description: 'Changes that it was not sent, of all types.' }),
  }),
  {
    members: {
      id: { example: 'erp-main' },
      url: { example: 'https://erp.example.com/hooks' },
      types: { description: 'The types it is told; all if empty.', example: ['order.*', 'fulfillment.*'] },
      payload: '`full`: each change comes with the order as it is now, as `snapshot`.',
      since: 'It is told what was committed from then on.',
      secretsAt: 'When it got its present secret; absent if it has none of its own, or that is unknown.',
    },
  },
);
export type Endpoint = z.infer<typeof Endpoint>;

const NOTHING = { paused: null, failingSince: null, lastError: null, lastSuccessAt: null };
const present = ({ state, ...view }: EndpointView): Endpoint => {
  const heldUntil = isHeld(state, new Date()) && state.heldUntil !== FOREVER ? (state.heldUntil ?? null) : null;
  return pick(Endpoint, { ...NOTHING, ...state, ...view, heldUntil, state: state.paused ? 'paused' : 'active' });
};

const params = z.object({ id: doc(z.string(), { example: 'erp-main' }) });

const asked = { scope: 'ops', request: { params, body: optionalBody(z.strictObject({})) } } as const;
const ERRORS = errorResponses(404);

export const routes = new Routes('changes');

routes.add('GET /endpoints', {
  summary: 'Lists the endpoints that the hub pushes changes to, and how that goes',
  scope: 'ops',
  responses: {
    200: json('The endpoints.', z.object({ endpoints: z.array(Endpoint) })),
  },
  answer: async () => ({ endpoints: (await listEndpoints()).map(present) }),
});

routes.add('POST /endpoints/{id}/test', {
  ...asked,
  summary: 'Sends an endpoint a message of the type `endpoint.test`',
  responses: {
    200: json(
      'The outcome, whatever it was.',
      named(
        'EndpointTest',
        z.object({
          ok: z.boolean(),
          httpStatus: z.nullable(z.int()),
          code: z.nullable(z.string()),
          description: doc(z.nullable(z.string()), { description: 'In the endpoint’s own words, cut.' }),
        }),
      ),
    ),
    ...ERRORS,
    ...errorResponses(409),
  },
  answer: async ({ params, by }) => {
    const endpoint = await findEndpoint(params.id);
    await recordAct({ act: 'endpoint.tested', about: endpoint.id, by });
    const result = await testEndpoint(endpoint);
    const error = !result.ok && result.error instanceof IntegrationError ? result.error.detail : undefined;
    const httpStatus = (result.ok ? result.httpStatus : error?.httpStatus) ?? null;
    const code = result.ok ? null : codeOf(result.error);
    return { ok: result.ok, httpStatus, code, description: error?.description ?? null };
  },
});

/** What a person decides of an endpoint, on record; the endpoint as it is then. */
async function decide(
  id: string,
  by: string,
  act: 'endpoint.paused' | 'endpoint.resumed',
  run: (id: string, by: string, at: string) => Promise<void>,
): Promise<Endpoint> {
  const endpoint = await findEndpoint(id);
  const at = new Date().toISOString();
  await recordAct({ act, about: endpoint.id, by }, at);
  await run(endpoint.id, by, at);
  return present(await viewEndpoint(endpoint));
}

routes.add('POST /endpoints/{id}/pause', {
  ...asked,
  summary: 'Pauses an endpoint until it is resumed',
  responses: { 200: json('The endpoint.', Endpoint), ...ERRORS },
  answer: ({ params, by }) => decide(params.id, by, 'endpoint.paused', pauseEndpoint),
});

routes.add('POST /endpoints/{id}/resume', {
  ...asked,
  summary: 'Resumes an endpoint where it stopped',
  responses: { 200: json('The endpoint.', Endpoint), ...ERRORS },
  answer: ({ params, by }) => decide(params.id, by, 'endpoint.resumed', resumeEndpoint),
});
