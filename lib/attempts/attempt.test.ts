import { expect, test } from 'vitest';
import type { ProbedAction, RemoteContext } from '#lib/marketplaces/action';
import { BlockedError, RejectedError, UnknownOutcomeError } from '#lib/platform/errors';
import { CONNECTIONS, connectorWith, deliveryOf, fakeHub } from '../../test/support/fake-hub.ts';
import { atRemote, type Hub, type Job } from './attempt.ts';

const refused = new RejectedError({ code: 'no', description: 'no' });
const badKey = new BlockedError({ code: 'http_401', description: 'who?', httpStatus: 401 }, 'connection');

/** Does a job whose steps do as told; what was called, in order, and what came of it. */
async function run({
  job = {},
  order = {},
  unknown = false,
  hub: changes = {},
}: {
  job?: Partial<Job<object, string, object>>;
  order?: Partial<ProbedAction<string>>;
  unknown?: boolean;
  hub?: Partial<Hub>;
}) {
  const calls: string[] = [];
  const acts: ProbedAction<string> = {
    push: async (remote, input) => {
      calls.push('push');
      return order.push?.(remote, input) ?? {};
    },
    probe: async (remote, input) => {
      calls.push('probe');
      return order.probe?.(remote, input) ?? null;
    },
  };
  const { hub } = fakeHub();
  const whole: Job<object, string, object> = {
    action: () => acts,
    prepare: async () => ({ input: 'x' }),
    after: async () => ({}),
    ...job,
  };
  const [, , connection] = CONNECTIONS;
  if (!connection) throw new Error('no connection');
  const result = await atRemote(whole)(
    {},
    {
      ...{ delivery: deliveryOf({}, { unknown }), connector: connectorWith({}), connection },
      ...{ network: await hub.getNetwork(), ingest: async () => {}, hub: { ...hub, ...changes } },
    },
  ).catch((error: unknown) => ({ thrown: error }));
  return { result, calls };
}

test.each([false, true])('what stands in the way before the push leaves the outcome as it was: %s', async (unknown) => {
  const { result, calls } = await run({ job: { prepare: () => Promise.reject(refused) }, unknown });
  expect(result).toEqual({ ok: false, error: refused, unknown });
  expect(calls).toEqual([]);
});

test('what follows without a push is the result', async () => {
  const { result, calls } = await run({ job: { prepare: async () => ({ effects: { description: 'nothing' } }) } });
  expect(result).toEqual({ ok: true, httpStatus: 200, description: 'nothing' });
  expect(calls).toEqual([]);
});

test('a job that finds out that it may have been done probes before it pushes', async () => {
  const { calls } = await run({ job: { prepare: async () => ({ input: 'x', unknown: true }) } });
  expect(calls).toEqual(['probe', 'push']);
});

test('a push that stands but whose effects fail is read back', async () => {
  const { result } = await run({ job: { after: () => Promise.reject(refused) } });
  expect(result).toEqual({ ok: false, error: refused, unknown: true });
});

test('an action without a probe asks the job what to do after an unknown outcome', async () => {
  const push = async () => ({});
  const unprobed = () => {
    throw refused;
  };
  const bare = { action: () => ({ push }) };
  expect((await run({ job: { ...bare, unprobed }, unknown: true })).result).toEqual({
    ok: false,
    error: refused,
    unknown: true,
  });
  expect((await run({ job: bare, unknown: true })).result).toMatchObject({ ok: true });
});

/** A hub whose secrets have been replaced since they were cached. */
const renewing: Partial<Hub> = { renewRemote: async (remote) => ({ ...remote, secrets: { key: 'newer' } }) };

test('a job whose secrets were refused is done once more with those that replaced them', async () => {
  const push = async ({ secrets }: RemoteContext) => {
    if (secrets.key !== 'newer') throw badKey;
    return {};
  };
  const { result, calls } = await run({ order: { push }, hub: renewing });
  expect(result).toMatchObject({ ok: true });
  expect(calls).toEqual(['push', 'push']);
});

test('of which something had left before the refusal is probed first', async () => {
  const push = async ({ secrets, http }: RemoteContext) => {
    await http.request({ method: 'GET', path: '/' });
    await http.request({ method: 'GET', path: '/' });
    if (secrets.key !== 'newer') throw badKey;
    return {};
  };
  expect((await run({ order: { push }, hub: renewing })).calls).toEqual(['push', 'probe', 'push']);
});

test('where the newer secrets cannot be read, what the first try left in doubt stays so', async () => {
  const lost = new UnknownOutcomeError({ code: 'timeout', description: 'no answer' });
  const gone = new Error('no secrets manager');
  const { result } = await run({
    order: { push: () => Promise.reject(lost) },
    hub: { renewRemote: () => Promise.reject(gone) },
  });
  expect(result).toEqual({ ok: false, error: gone, unknown: true });
});
