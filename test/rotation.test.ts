import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from './support/cli.ts';
import { API_KEY, eventually } from './support/hub.ts';
import { type ConnectionsFile, SECRETS, SHED, SHOP, type Stage, startStage } from './support/stage.ts';
import { eventOf, post, scopioOrder, sign } from './support/webhook.ts';

let stage: Stage;
let load: ReturnType<typeof stream> | undefined;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  await load?.stop();
  await stage.stop();
});

/** Runs a command as docs/deploy.md tells operators, against the emulators. */
async function longshore(...args: string[]): Promise<string> {
  const env = { LONGSHORE_URL: stage.hub.url, LONGSHORE_API_KEY: API_KEY };
  const { code, out, err } = await startCommand(args, env).done;
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return out.trim();
}

const outputs = () => ['--outputs', join(stage.hub.data, 'outputs.json')];

/** Writes a version of both marketplaces' secrets; once this returns, the new ones may be used. */
function rotate(scopio: string, marketful: string): Promise<string> {
  const path = `${stage.hub.data}-connections.json`;
  const file = JSON.parse(readFileSync(path, 'utf8')) as ConnectionsFile;
  for (const { id, secrets } of file.connections) secrets.webhookSecret = id === SHOP ? scopio : marketful;
  writeFileSync(path, JSON.stringify(file));
  return longshore('connections', 'put', path, ...outputs());
}

const EVERY_MS = 100;

/** Webhooks without a pause, signed with the valid secrets in turn; now and then a forged one. */
function stream() {
  const state = { secrets: [SECRETS.webhookSecret], running: true };
  const signed: Array<{ id: string; secret: string; status: number }> = [];
  const forged: number[] = [];
  const sent: Promise<void>[] = [];
  const send = async (number: number): Promise<void> => {
    const secret = state.secrets[number % state.secrets.length] ?? '';
    const isForged = number % 4 === 3;
    // The seller ships these, so that only webhooks load the machine.
    const home = { ...(scopioOrder('x').shipping_address as object), address_country: 'PL' };
    const id = `rotated-${number}`;
    const body = eventOf(scopioOrder(id, { shipping_address: home }));
    const { status } = await post(stage, body, { signature: sign(body, isForged ? 'guessed' : secret) });
    if (isForged) forged.push(status);
    else signed.push({ id, secret, status });
  };
  const ended = (async () => {
    for (let number = 0; state.running; number += 1) {
      sent.push(send(number));
      await sleep(EVERY_MS);
    }
    await Promise.all(sent);
  })();
  return {
    signed,
    forged,
    use(...secrets: string[]) {
      state.secrets = secrets;
    },
    /** Waits until several that were signed with this secret are answered. */
    answered: (secret: string) =>
      eventually(() => signed.filter((each) => each.secret === secret).length > 10, 'answers to the secret in use'),
    /** Waits until everything under way is answered. */
    settled: () => Promise.all(sent),
    async stop() {
      state.running = false;
      await ended;
    },
  };
}

async function knownOrders(): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const more = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    type Page = { orders: Array<{ externalId: string }>; cursor?: string };
    const page: Page = await stage.hub.get<Page>(`/orders?connection=${SHOP}&limit=200${more}`);
    ids.push(...page.orders.map(({ externalId }) => externalId));
    cursor = page.cursor;
  }
  return ids.filter((id) => id.startsWith('rotated-'));
}

test('secrets rotated twice under load: nothing signed with the current or the previous one is refused or lost', async () => {
  const [first, second, third] = [SECRETS.webhookSecret, 'second-hmac-6620f1', 'third-hmac-0b92aa'];
  stage.scopio.place({ id: 'shipped-late', items: [{ sku: 'MUG-RED', quantity: 1 }] });
  await stage.settled('shipped-late', 'order', 'succeeded');

  load = stream();
  await load.answered(first);
  expect(await rotate(second, 'second-path-77ab')).toBe(`changed and in force: ${SHED}, ${SHOP}`);
  load.use(first, second);
  const synced = await longshore('webhooks', 'sync', '--connection', SHED);
  expect(synced).not.toContain('second-path');
  load.use(second);
  await rotate(third, 'second-path-77ab');
  load.use(second, third);
  await load.answered(third);
  load.use(third);
  await load.settled();
  expect(await longshore('secrets', 'retire-previous', 'scopio', '--yes', ...outputs())).toContain('scopio: retired');
  const refusesSecond = async () => {
    const body = '{"late":true}';
    return (await post(stage, body, { signature: sign(body, second) })).status === 401;
  };
  await eventually(refusesSecond, 'the retired secret refused');
  await load.stop();

  expect(load.signed.filter(({ status }) => status !== 200)).toEqual([]);
  // Only the log says why one was answered 503.
  const failed = stage.hub
    .log()
    .split('\n')
    .filter((line) => line.includes('webhook not accepted'));
  expect({ forged: new Set(load.forged), failed }).toEqual({ forged: new Set([401]), failed: [] });
  for (const secret of [first, second, third])
    expect(load.signed.filter((each) => each.secret === secret).length).toBeGreaterThan(10);
  const accepted = load.signed.map(({ id }) => id).sort();
  await eventually(async () => (await knownOrders()).length >= accepted.length, 'every accepted order');
  expect((await knownOrders()).sort()).toEqual(accepted);

  // The warehouse calls with its new secret.
  expect(stage.marketful.registered().map(({ url }) => url.split('/').at(-1))).toEqual(
    stage.marketful.registered().map(() => 'second-path-77ab'),
  );
  stage.marketful.ship(`${SHOP}:shipped-late`, { carrier: 'DHL' });
  await stage.settled('shipped-late', 'fulfillment', 'succeeded');
  expect(stage.marketful.webhookSender.list().every(({ state }) => state === 'accepted')).toBe(true);
});
