import { afterAll, expect, test, vi } from 'vitest';
import type { RemoteContext } from '#lib/marketplaces/action';
import type { Connector } from '#lib/marketplaces/contract';
import { BudgetSpentError, RejectedError } from '#lib/platform/errors';
import type { ShownStep, Watched } from './sync-schema.ts';
import { watchWebhooks } from './watch.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const quiet = (['warn', 'log'] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => undefined));
afterAll(() => {
  for (const spy of quiet) spy.mockRestore();
});

const step = (action: ShownStep['action'], more: Partial<ShownStep> = {}): ShownStep => ({
  ...{ action, topic: 'order-new', url: 'https://hub.example/…' },
  ...more,
});
const seen = (state: Watched['state'], hoursAgo = 25): Watched => ({
  checkedAt: new Date(NOW.getTime() - hoursAgo * 3_600_000).toISOString(),
  state,
});

/** Checks a registry that needs these steps; returns the answer, and whether it was repaired. */
async function watch(...args: Parameters<typeof look>) {
  const { watched, repairs } = await look(...args);
  return { state: watched?.state, isFresh: watched?.checkedAt === NOW.toISOString(), repairs };
}

async function look(steps: ShownStep[] | Error, known: Watched | null, { registry = true, errors = false } = {}) {
  let repairs = 0;
  const connector = { info: { name: 'sello' }, ...(registry && { webhookRegistry: {} }) } as Connector;
  const remote = { connection: { id: 'sello-se' }, now: () => NOW } as RemoteContext;
  const sync = async (_connector: unknown, _remote: unknown, { dryRun = false }: { dryRun?: boolean }) => {
    if (steps instanceof Error) throw steps;
    if (!dryRun) repairs += 1;
    const webhooks = errors && !dryRun ? steps.map((each) => ({ ...each, error: 'no' })) : steps;
    return { connection: 'sello-se', marketplace: 'sello', dryRun, webhooks };
  };
  const watched = await watchWebhooks(connector, remote, known, { sync, hubUrl: () => 'https://hub.example' });
  return { watched, repairs };
}

test.each<[string, ShownStep[], Watched | null, string, number]>([
  ['all stands', [step('keep'), step('leave')], null, 'registered', 0],
  ['none of ours ever stood', [step('create'), step('leave')], null, 'unregistered', 0],
  ['none of ours ever stood, and it was looked at', [step('create')], seen('unregistered'), 'unregistered', 0],
  ['one of ours is missing', [step('keep'), step('create')], null, 'repaired', 1],
  ['all of ours are gone', [step('create')], seen('registered'), 'repaired', 1],
  ['another secret of ours stands', [step('keep'), step('remove')], seen('repaired'), 'repaired', 1],
  [
    'somebody else stands in our place',
    [step('remove', { isForeign: true }), step('create')],
    seen('registered'),
    'lost',
    0,
  ],
])('where %s', async (_where, steps, known, state, repairs) => {
  expect(await watch(steps, known)).toEqual({ state, isFresh: true, repairs });
});

test('a repair that the remote refuses is lost, and tried again the next day', async () => {
  expect(await watch([step('create')], seen('registered'), { errors: true })).toMatchObject({
    state: 'lost',
    repairs: 1,
  });
  expect(await watch([step('create')], seen('lost'))).toMatchObject({ state: 'repaired', repairs: 1 });
});

test('what could not be read is repaired only if some of ours were there before', async () => {
  const refused = new RejectedError({ code: 'http_401', description: 'no' });
  const after = async (known: Watched | null) => {
    const { watched } = await look(refused, known);
    return (await watch([step('create')], { ...(watched as Watched), checkedAt: seen('lost').checkedAt })).state;
  };
  expect(await after(null)).toBe('unregistered');
  expect(await after(seen('unregistered'))).toBe('unregistered');
  expect(await after(seen('registered'))).toBe('repaired');
  const twice = (await look(refused, seen('repaired'))).watched as Watched;
  expect(await after({ ...twice, checkedAt: seen('lost').checkedAt })).toBe('repaired');
});

test('looks once a day, and only where there is a registry', async () => {
  expect(await watch([step('create')], seen('registered', 23))).toMatchObject({ isFresh: false, repairs: 0 });
  expect(await watch([step('create')], null, { registry: false })).toMatchObject({ state: undefined });
});

test('a registry that cannot be read is told, unless there was only no time for it', async () => {
  const refused = new RejectedError({ code: 'http_400', description: 'no' });
  expect(await watch(refused, seen('registered'))).toMatchObject({ state: 'unreadable', isFresh: true });
  expect(await watch(new BudgetSpentError('sello-se', 5000), seen('registered'))).toMatchObject({ isFresh: false });
});
