import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { getCredentials, watchSecret, writeSecretDocument } from '#lib/connections/credentials';
import { getConfiguration } from '#lib/connections/store';
import type { RemoteContext } from '#lib/marketplaces/action';
import { connector as marketful } from '#lib/marketplaces/marketful/index';
import { openRemote } from '#lib/marketplaces/remote';
import { writeSecret } from '#lib/platform/secret';
import { getCursor } from '#lib/polling/cursor';
import { pollConnection } from '#lib/polling/poll';
import { serveLoopback } from '#sandbox/loopback';
import type { InProcess } from './support/in-process.ts';
import { emptyQueues, fake, open, outcomes, read, shedsWith, startWorkers, workDelivery } from './support/workers.ts';

let hub: InProcess;
/** A warehouse that accepts one key at a time; `/open` needs none. */
let warehouse: Awaited<ReturnType<typeof serveLoopback>>;
let valid: string;
beforeAll(async () => {
  hub = await startWorkers();
  warehouse = await serveLoopback((request, response) => {
    const isWelcome = request.url === '/open' || request.headers.authorization === valid;
    response.writeHead(isWelcome ? 200 : 401).end('{}');
  });
});
afterAll(async () => {
  await warehouse.close();
  await hub.stop();
});
beforeEach(async () => {
  await emptyQueues(hub);
  await replaceKey();
  // Cached from here on.
  await getCredentials('marketful', 'shed-a', 0);
});

/** Replaces the key, at the warehouse and in the hub. */
async function replaceKey(): Promise<void> {
  valid = `token-${Math.random()}`;
  await hub.put(shedsWith(valid, warehouse.url));
}

const call = async ({ http, secrets }: RemoteContext, path: string): Promise<object> => {
  await http.request({ method: 'GET', path, headers: { authorization: secrets.accessToken ?? '' } });
  return {};
};

test('a key that was replaced while an instance held the old one blocks nothing', async () => {
  const { connector, calls } = fake({ push: (context) => call(context, '/orders') });
  await replaceKey();
  const id = await open();
  await workDelivery(id, connector);
  expect(await read(id)).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  expect(await outcomes(id)).toEqual(['succeeded']);
  expect(calls).toEqual(['push', 'push']);
});

test('a key that the warehouse refuses and nobody replaced blocks at once', async () => {
  const { connector, calls } = fake({ push: (context) => call(context, '/orders') });
  valid = 'not ours';
  const id = await open();
  await workDelivery(id, connector);
  expect(await read(id)).toMatchObject({ state: 'blocked', waitsFor: 'connection', cause: { code: 'http_401' } });
  expect(calls).toEqual(['push']);
});

test('a push of which something had left before the refusal is probed before it is made again', async () => {
  const { connector, calls } = fake({
    async push(context) {
      await call(context, '/open');
      return call(context, '/orders');
    },
  });
  await replaceKey();
  const id = await open();
  await workDelivery(id, connector);
  expect(calls).toEqual(['push', 'probe', 'push']);
  expect(await read(id)).toMatchObject({ state: 'succeeded', attemptCount: 1 });
});

test('a poll goes on with the new key at the page where the old one was refused', async () => {
  const connection = (await getConfiguration({ maxAgeMs: 0 })).connections.get('shed-a');
  if (!connection) throw new Error('no connection');
  const asked: Array<string | null> = [];
  const page = (number: number) => [{ topic: 'order-created', body: { number } }];
  await pollConnection(connection, {
    ...marketful,
    async *poll(context) {
      asked.push(context.resume);
      if (context.resume === null) {
        await call(context, '/orders');
        yield { items: page(1), resume: 'page-2' };
        await replaceKey();
      }
      await call(context, '/orders');
      yield { items: page(2), resume: null, watermark: 'end' };
    },
  });
  expect(asked).toEqual([null, 'page-2']);
  const bodies = (await hub.drain('inbound')).map((message) => JSON.parse(JSON.parse(message).body) as object);
  expect(bodies).toEqual([{ number: 1 }, { number: 2 }]);
  expect(await getCursor('shed-a')).toMatchObject({ watermark: 'end', resume: null, lastError: null });
});

test('secrets that the hub put are in force within a minute, what was put past it within an hour, and none is held as missing', async () => {
  const connection = (await getConfiguration({ maxAgeMs: 0 })).connections.get('shed-a');
  if (!connection) throw new Error('no connection');
  const began = Date.now();
  const runAt = async <T>(minutes: number, run: () => Promise<T>): Promise<T> => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(began + minutes * 60_000);
    return run().finally(() => clock.mockRestore());
  };
  const tokenAt = (minutes: number) =>
    runAt(minutes, async () => (await openRemote(connection, { maxWaitMs: 0 })).secrets.accessToken);
  const put = (accessToken: string) =>
    writeSecretDocument('marketful', { connections: { 'shed-a': { secrets: { accessToken }, settings: {} } } });
  await writeSecretDocument('marketful', { connections: {} });
  await getCredentials('marketful', 'shed-a', 0);
  await put('first');
  expect(await tokenAt(1)).toBe('first');
  await put('second');
  expect([await tokenAt(1.9), await tokenAt(2), await tokenAt(3)]).toEqual(['first', 'second', 'second']);
  const connections = { 'shed-a': { secrets: { accessToken: 'third' }, settings: {} } };
  await writeSecret('marketful', JSON.stringify({ connections }));
  const pollers = (minutes: number) => runAt(minutes, () => watchSecret('marketful'));
  await pollers(4);
  expect(await tokenAt(33)).toBe('second');
  await pollers(34);
  expect(await tokenAt(35)).toBe('third');
});
