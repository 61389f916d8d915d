import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Change } from '#lib/changes/change-schema';
import { eventually } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';

interface Page {
  changes: Change[];
  cursor: string;
  caughtUp: boolean;
}

const ORDERS = 60;
let stage: Stage;
beforeAll(async () => {
  // Scopio gives up after two seconds: what a hub that starts more slowly missed is found by a poll.
  stage = await startStage({ env: { POLL_INTERVAL_SECONDS: '5' } });
});
afterAll(() => stage.stop());

/** A reader that follows the feed and commits; whenever the hub dies, it starts again from its last commit. */
function followAlong() {
  const seen: Change[] = [];
  let running = true;
  const reading = (async () => {
    while (running) {
      try {
        const page = await stage.hub.get<Page>('/changes?consumer=erp&limit=20');
        // Kept before the commit: the hub may die after the commit, but before its answer.
        seen.push(...page.changes);
        await stage.hub.send('POST', '/consumers/erp/commit', { cursor: page.cursor });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  })();
  return {
    seen,
    async stop() {
      running = false;
      await reading;
    },
  };
}

test('while sixty orders storm and the hub is killed, a reader sees every revision, in order for each order', async () => {
  await stage.hub.send('PUT', '/consumers/erp', { from: 'earliest' });
  const reader = followAlong();
  const sold = Array.from({ length: ORDERS }, () => stage.scopio.place({}).map(({ id }) => id)).flat();
  await eventually(async () => {
    expect((await stage.hub.get<{ orders: unknown[] }>('/orders?limit=200')).orders.length).toBeGreaterThan(10);
    return true;
  }, 'some orders');
  await stage.killAndRestart();
  for (const id of sold) await stage.settled(id, 'order', 'succeeded');
  await stage.killAndRestart();

  const wanted = sold.map((id) => `${SHOP}:${id}`);
  const placed = () => new Set(reader.seen.flatMap(({ type, order }) => (type === 'order.placed' ? order : [])));
  await eventually(async () => {
    expect(wanted.filter((id) => !placed().has(id))).toEqual([]);
    return true;
  }, 'every placement in the feed');
  // Changes go on after the kill: the reader must have what the feed has by now.
  const idsOf = (changes: readonly Change[]) => new Set(changes.map(({ id }) => id));
  const told = await readAll();
  await eventually(async () => {
    const seen = idsOf(reader.seen);
    return told.every(({ id }) => seen.has(id));
  }, 'all of the feed read');
  await reader.stop();

  // What was read but not committed when the hub died is read again.
  const once = [...new Map(reader.seen.map((change) => [change.id, change])).values()];
  for (const id of wanted) {
    const mine = once.filter(({ order }) => order === id);
    const revisions = mine.flatMap(({ revision, delivery }) => (delivery ? [] : (revision ?? [])));
    expect(mine.slice(0, 2).map(({ type }) => type)).toEqual(['order.created', 'order.released']);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(new Set(revisions)).toEqual(new Set(Array.from({ length: Math.max(...revisions) }, (_, n) => n + 1)));
  }
  const whole = await readAll();
  expect(idsOf(whole).size).toBe(whole.length);
  expect(once.filter(({ id }) => !idsOf(whole).has(id))).toEqual([]);
}, 240_000);

/** The whole feed from its beginning, without a consumer. */
async function readAll(): Promise<Change[]> {
  const all: Change[] = [];
  for (let after = ''; ; ) {
    const page = await stage.hub.get<Page>(`/changes?after=${after}`);
    all.push(...page.changes);
    if (page.caughtUp) return all;
    after = page.cursor;
  }
}

test('whoever polls for nothing new is answered 304, and whoever went ahead comes back only by seeking', async () => {
  const { cursor } = await stage.hub.get<Page>('/changes?consumer=erp&types=order.cancelled');
  const first = await stage.hub.send('GET', `/changes?after=${cursor}`);
  const etag = first.headers.get('etag') ?? '';
  const again = await stage.hub.send('GET', `/changes?after=${cursor}`, undefined, { 'if-none-match': etag });
  expect([first.status, again.status, await again.text()]).toEqual([200, 304, '']);

  const move = async (verb: string, body: object) =>
    (await stage.hub.send('POST', `/consumers/erp/${verb}`, body)).json() as Promise<Record<string, unknown>>;
  const beginning = await stage.hub.get<Page>('/changes?limit=1&include=order');
  expect(beginning).toMatchObject({
    caughtUp: false,
    changes: [{ type: 'order.created', snapshot: { connection: SHOP } }],
  });
  const committed = await stage.hub.get<{ committed: string }>('/consumers/erp');
  expect((await move('commit', { cursor: beginning.cursor })).committed).toBe(committed.committed);
  const hourAgo = new Date(Date.now() - 3600_000).toISOString();
  // Orders of the storm may still go on: all these hold once nothing more is published.
  await eventually(async () => {
    const whole = { lagEntries: (await readAll()).length };
    expect(await move('seek', { to: 'earliest' })).toMatchObject(whole);
    expect(await move('seek', { to: 'latest' })).toMatchObject({ lagEntries: 0, lagSeconds: 0 });
    expect(await move('seek', { to: hourAgo })).toMatchObject(whole);
    return true;
  }, 'a feed that stands still');
  expect((await stage.hub.send('DELETE', '/consumers/erp')).status).toBe(200);
  expect((await stage.hub.send('GET', '/changes?consumer=erp')).status).toBe(404);
  expect((await stage.hub.send('GET', '/changes?after=nonsense')).status).toBe(422);
});

test('an order is found within a second of its commit, in any spelling, and an e-mail address only by POST', async () => {
  const [sold] = stage.scopio.place({});
  const id = sold?.id ?? '';
  await eventually(() => stage.order(id), 'the order');
  const found = () =>
    stage.hub.get<{ results: Array<{ id: string; exact: boolean }> }>(`/search?q=${id.toUpperCase()}`);
  await eventually(
    async () => expect((await found()).results).toMatchObject([{ id: `${SHOP}:${id}`, exact: true }]),
    'found',
  );
  const { email } = (await stage.order(id)).buyer as { email: string };
  expect((await stage.hub.send('GET', `/search?q=${encodeURIComponent(email)}`)).status).toBe(400);
  const answer = await stage.hub.send('POST', '/search', { q: ` ${email.toUpperCase()}`, limit: 200 });
  const { results } = (await answer.json()) as { results: Array<{ id: string; matched: string }> };
  expect(results).toContainEqual(expect.objectContaining({ id: `${SHOP}:${id}`, matched: 'email' }));
});
