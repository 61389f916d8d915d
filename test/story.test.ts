import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveLoopback } from '#sandbox/loopback';
import { eventually, type HubProcess, runHub, startHubProcess, temporaryFolder } from './support/hub.ts';
import type { ShownDelivery, ShownOrder } from './support/shown.ts';
import { startStage } from './support/stage.ts';

const STORY = [
  /Sold on SellersCommerce, shipped by Shoppo/,
  /routes send it to Shoppo/,
  /Shoppo ships: UPS JD\w+/,
  /SellersCommerce knows: UPS JD\w+/,
  /Sold on Sello, shipped by The seller/,
  /Sello knows: POSTEN UJ501224367SE/,
  /Sello has the order as delivered/,
  /Sold on Scopio, shipped by Marketful/,
  /It calls the hub: a webhook, signed/,
  /one canonical order, scopio-main:ord_\w+: Ana Torres in Guadalajara gets .* for PLN\s264\.57/,
  /routes send it to Marketful/,
  /Marketful accepts it as its order 5021/,
  /Marketful ships: DHL JD0146000055/,
  /Scopio knows: DHL JD0146000055/,
];

const told = (hub: HubProcess) =>
  eventually(() => /Scopio knows: DHL JD\d+.*Ctrl-C stops everything/s.test(hub.output()), 'the end of the story');

const SALES = ['sc-store', 'scopio-main', 'sello-se'];
const ordersOf = async (hub: HubProcess) => {
  const { orders } = await hub.get<{ orders: ShownOrder[] }>('/orders');
  return orders.sort((a, b) => a.connection.localeCompare(b.connection));
};
const remembered = (orders: ShownOrder[]) => orders.map(({ id, fulfillments }) => ({ id, fulfillments }));
const pushesOf = async (hub: HubProcess) =>
  (await hub.get<{ deliveries: ShownDelivery[] }>('/deliveries?kind=push')).deliveries
    .filter(({ action }) => action !== 'stock')
    .map(({ connection, action, state, attempts }) => `${connection} ${action}: ${state} at ${attempts.length}`)
    .sort();

/** The curl command that npm start prints for a signed webhook is answered 200, and ships nothing twice. */
async function repeatCurl(hub: HubProcess): Promise<void> {
  const [, signature = ''] = /x-scopio-signature: (\w+)/.exec(hub.output()) ?? [];
  const [, body = ''] = /--data-raw '(.*)'/.exec(hub.output()) ?? [];
  const headers = { 'content-type': 'application/json', 'x-scopio-signature': signature };
  const again = () => fetch(`${hub.url}/webhooks/scopio/scopio-main/order-paid`, { method: 'POST', headers, body });
  expect((await again()).status).toBe(200);
  expect((await again()).status).toBe(200);
  await eventually(
    async () =>
      (await hub.get<{ events: unknown[] }>('/events?state=duplicate&connection=scopio-main')).events.length >= 1,
    'the repetition on record',
  );
  expect((await pushesOf(hub)).filter((push) => /scopio|marketful/.test(push))).toHaveLength(2);
  expect(await ordersOf(hub)).toHaveLength(SALES.length);
}

test.concurrent('npm start tells each order from the buyer to the tracking number, prints a curl that ships nothing twice, and remembers all through stops and kills', async () => {
  const data = temporaryFolder();
  const first = await startHubProcess({ data, workers: 1 });
  await told(first);
  const lines = first.output().split('\n');
  const places = STORY.map((pattern) => lines.findIndex((line) => pattern.test(line)));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));

  const orders = await ordersOf(first);
  expect(orders.map(({ connection }) => connection)).toEqual(SALES);
  expect(orders.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect(await pushesOf(first)).toEqual([
    'marketful-mx order: succeeded at 1',
    'sc-store fulfillment: succeeded at 1',
    'sc-store processing: succeeded at 1',
    'scopio-main fulfillment: succeeded at 1',
    'sello-se fulfillment: succeeded at 1',
    'sello-se status: succeeded at 1',
    'shoppo-supply order: succeeded at 1',
  ]);
  await repeatCurl(first);
  expect(await first.stop()).toBe(0);

  const second = await startHubProcess({ data });
  await told(second);
  expect(second.output()).toContain('as the hub remembers it');
  expect(remembered(await ordersOf(second))).toEqual(remembered(orders));
  await second.kill();

  const third = await startHubProcess({ data });
  expect(remembered(await ordersOf(third))).toEqual(remembered(orders));
  expect(await pushesOf(third)).toHaveLength(7);
  await third.kill();

  const fresh = await startHubProcess({ data, args: ['--fresh'] });
  await told(fresh);
  expect(fresh.output()).not.toContain('as the hub remembers it');
  expect((await ordersOf(fresh))[1]?.placedAt).not.toBe(orders[1]?.placedAt);
  expect(await fresh.stop()).toBe(0);
});

test.concurrent('a hub that is told to stop while it tells its story ends well, and shows no stack', async () => {
  const hub = await startHubProcess({ data: temporaryFolder() });
  expect(await hub.stop()).toBe(0);
  expect(hub.output().trim().split('\n').at(-1)).toBe('Stopping.');
});

test.concurrent('a port in use is one clear line and exit code 1', async () => {
  const { port, close } = await serveLoopback(() => {});
  expect(await runHub({ port })).toEqual({
    code: 1,
    output: `port ${port} is in use: npm start -- --port ${port + 1}\n`,
  });
  await close();
});

test.concurrent('a second hub on the same data is refused and the first goes on', async () => {
  const data = temporaryFolder();
  const hub = await startHubProcess({ data });
  const { code, output } = await runHub({ data });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toEqual([expect.stringContaining('is in use by another hub')]);
  expect(await hub.get('/health')).toBeTruthy();
  await hub.kill();
});

test.concurrent('a connections file that cannot be used is one line that names the connection and the key', async () => {
  const file = `${temporaryFolder()}-connections.json`;
  const example = JSON.parse(readFileSync(new URL('../connections.example.json', import.meta.url), 'utf8'));
  const refuse = async (content: string) => {
    writeFileSync(file, content);
    const { code, output } = await runHub({ args: ['--connections', file, '--no-sandbox'] });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    return output;
  };
  const broken = (change: (copy: typeof example) => void) => {
    const copy = structuredClone(example);
    change(copy);
    return JSON.stringify(copy);
  };
  expect(await refuse('{ "connections": ')).toContain('not JSON');
  expect(await refuse(broken((copy) => delete copy.connections[0].secrets.apiKey))).toMatch(
    /"scopio-main".*secrets\.apiKey/,
  );
  expect(await refuse(broken((copy) => (copy.connections[1].settings.speed = 1)))).toMatch(
    new RegExp(`"${example.connections[1].id}".*settings\\.speed.*unknown key`),
  );
  rmSync(file);
  const missing = await runHub({ args: ['--connections', file] });
  expect(missing).toEqual({ code: 1, output: `${file}: no such file\n` });
});

test.concurrent('an unknown flag says which one and how it is used, with exit code 1', async () => {
  const { code, output } = await runHub({ args: ['--prot', '4400'] });
  expect(code).toBe(1);
  expect(output).toContain('--prot');
  expect(output).toContain('Usage: npm start');
  expect(output).not.toContain('    at ');
});

test.concurrent('Ctrl-C ends it in seconds, also while a marketplace hangs and a poller waits for its turn', async () => {
  const env = { HTTP_TIMEOUT_SECONDS: '30', POLL_INTERVAL_SECONDS: '1' };
  const stage = await startStage({ env, requestsPerMinute: 6 });
  stage.marketful.faults.add({ on: '* *', kind: 'hang', times: 'always' });
  stage.scopio.place({ count: 3 });
  await eventually(() => stage.marketful.faults.list().some(({ applied }) => applied > 0), 'a push that hangs');
  const asked = Date.now();
  expect(await stage.hub.stop()).toBe(0);
  expect(Date.now() - asked).toBeLessThan(25_000);
  await stage.stop();
});

test.concurrent('state of a version that kept DynamoDB in a folder is set aside and named, and the hub starts anew', async () => {
  const data = temporaryFolder();
  mkdirSync(join(data, 'aws', 'dynamodb'), { recursive: true });
  writeFileSync(join(data, 'aws', 'dynamodb', 'CURRENT'), 'MANIFEST-000001\n');
  const hub = await startHubProcess({ data, connections: { connections: [] } });
  expect(hub.output()).toContain(`${data} is of an older version`);
  expect(existsSync(join(data, 'aws-older', 'dynamodb', 'CURRENT'))).toBe(true);
  expect(await hub.get('/orders')).toEqual({ orders: [] });
  expect(await hub.stop()).toBe(0);
  const again = await startHubProcess({ data, connections: { connections: [] }, args: ['--fsync'] });
  expect(again.output()).not.toContain('older version');
  await again.kill();
});
