import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_KEY, eventually } from './support/hub.ts';
import { type Stage, startStage } from './support/stage.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/agents.md');

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { RETRY_LIMIT: '0', AGENT_REPLAYS: 'on', SWEEP_INTERVAL_SECONDS: '1' } });
});
afterAll(() => stage.stop());

async function converse(...args: string[]): Promise<string> {
  const env = { ...process.env, LONGSHORE_URL: stage.hub.url, LONGSHORE_API_KEY: API_KEY };
  const { stdout } = await run(process.execPath, ['examples/agent/converse.ts', ...args], { cwd: ROOT, env });
  return alike(stdout);
}

/** A conversation with ids and times replaced, as those differ from run to run. */
const alike = (text: string): string =>
  text
    .replace(/(?<![:T\d])\d\d:\d\d(?= UTC)/g, '08:15')
    .replace(/prp_[\w.-]+/g, 'prp_WyJ7ImNvbm5lY3Rpb24i….k3JhQ')
    .replace(/rpl_[\w-]+/g, 'rpl_3a52ce78')
    .replace(/dlv_\w+/g, 'dlv_5be1f6c2')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-20T08:15:00.000Z')
    .replace(/\d{4}-\d\d-\d\d: /g, '2026-11-20: ')
    .trim();

/** The page with these conversations in place of its own. */
const withConversations = (said: Record<string, string>): string =>
  readFileSync(PAGE, 'utf8').replace(
    /(<!-- converse (\w+) -->\n).*?(<!-- end -->)/gs,
    (_all, begin: string, name: string, end: string) => `${begin}\n${said[name]}\n\n${end}`,
  );

test('the conversations of docs/agents.md are had as they stand there', async () => {
  stage.scopio.place({ id: 'one', number: 'SC-1001' });
  await stage.settled('one', 'order', 'succeeded');
  await eventually(async () => {
    const found = await stage.hub.send('POST', '/search', { q: 'SC-1001' });
    return ((await found.json()) as { results: unknown[] }).results.length > 0;
  }, 'the order in the search');
  const where = await converse('where', 'SC-1001');

  stage.marketful.faults.add({ on: 'POST /shopi_orders/multicanal_api', kind: 'status', times: 'always', status: 422 });
  const ids = ['two', 'three', 'four'];
  for (const id of ids) stage.scopio.place({ id, number: `SC-${id}` });
  for (const id of ids) await stage.settled(id, 'order', 'dead');
  await eventually(async () => {
    const { connections } = await stage.hub.get<{ connections: Array<{ poll: { lastPolledAt: string | null } }> }>(
      '/connections',
    );
    return connections.every(({ poll }) => poll.lastPolledAt !== null);
  }, 'a poll of each connection');
  const wrong = await converse('wrong', '--http');

  stage.marketful.faults.clear();
  const mend = await converse('mend', '--http');
  for (const id of ids) expect(stage.placements(id), id).toBe(1);
  const { replays } = await stage.hub.get<{ replays: Array<{ by: string }> }>('/replays');
  expect(replays).toMatchObject([{ by: 'mcp:local', canary: true }]);

  await expect(withConversations({ where, wrong, mend })).toMatchFileSnapshot(PAGE);
});
