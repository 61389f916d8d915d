import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { releaseReplaced } from '#lib/connections/credentials';
import { retirePreviousSecret } from '#lib/connections/retire';
import { secretId } from '#lib/platform/settings';
import { type InProcess, startInProcess } from './support/in-process.ts';
import { sign } from './support/webhook.ts';

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

const connection = (id: string, webhookSecret: string, more: object = {}) => ({
  id,
  marketplace: 'scopio',
  baseUrl: 'http://127.0.0.1:1',
  secrets: { apiKey: 'k', webhookSecret, ...more },
});
const fileOf = (...connections: object[]) => ({ connections });
const ACCEPTED = [200];
const REFUSED = [401];

let hub: InProcess;
beforeAll(async () => {
  hub = await startInProcess(fileOf(connection('shop', 'first')));
});
afterAll(() => hub.stop());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
  spy?.mockRestore();
});

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

/** A new instance of the function; answers with the status for each secret. */
async function startInstance() {
  vi.resetModules();
  const { handler } = (await import('#functions/webhooks/scopio')) as unknown as { handler: Handler };
  return async (secrets: readonly string[], id = 'shop') => {
    const answers: Array<number | undefined> = [];
    for (const secret of secrets) {
      const body = JSON.stringify({ by: answers.length });
      const event = {
        rawPath: `/webhooks/scopio/${id}/order-paid`,
        headers: { 'x-scopio-signature': sign(body, secret) },
        body,
        isBase64Encoded: false,
        requestContext: { http: { sourceIp: '198.51.100.1' } },
      };
      const answer = await handler(event as unknown as APIGatewayProxyEventV2, {} as Context);
      answers.push(answer.statusCode);
    }
    return answers;
  };
}

/** Writes the marketplace's previous (older) and present secrets as versions. */
async function versions(...files: object[]): Promise<void> {
  for (const file of files) await hub.put(file);
}

/** Writes a version as a person could in AWS's console. */
const write = (SecretString: string) =>
  new SecretsManagerClient({}).send(new PutSecretValueCommand({ SecretId: secretId('scopio'), SecretString }));

let spy: ReturnType<typeof watchCalls> | undefined;
const watchCalls = () => vi.spyOn(SecretsManagerClient.prototype, 'send');
function takeAway(): void {
  spy = watchCalls();
  spy.mockImplementation(() => Promise.reject(Object.assign(new Error('away'), { name: 'InternalFailure' })));
}

describe('a secret rotated by writing a new version', () => {
  test('is accepted at once by an instance that holds the old one, as is the old one', async () => {
    await versions(fileOf(connection('shop', 'first')));
    const call = await startInstance();
    expect(await call(['first'])).toEqual(ACCEPTED);
    await versions(fileOf(connection('shop', 'second')));
    expect(await call(['first', 'second', 'first', 'second'])).toEqual([200, 200, 200, 200]);
  });

  test.each([0, 6, 61, 3600])('accepts both %i seconds later, warm or cold, and nothing else', async (seconds) => {
    await versions(fileOf(connection('shop', 'first')));
    const warm = await startInstance();
    await warm(['first']);
    await versions(fileOf(connection('shop', 'second')));
    pass(seconds);
    for (const call of [warm, await startInstance()])
      expect(await call(['first', 'second', 'third', '', 'undefined'])).toEqual([200, 200, 401, 401, 401]);
  });

  test('accepts the old one although the new one was read a moment ago', async () => {
    await versions(fileOf(connection('shop', 'first')));
    const call = await startInstance();
    await call(['first']);
    await versions(fileOf(connection('shop', 'second')));
    pass(61);
    expect(await call(['second', 'first'])).toEqual([200, 200]);
  });

  test('ends the secret before the last at the next rotation', async () => {
    await versions(...['first', 'second', 'third'].map((secret) => fileOf(connection('shop', secret))));
    const call = await startInstance();
    expect(await call(['third', 'second', 'first'])).toEqual([200, 200, 401]);
  });

  test('does not bring back a previousWebhookSecret that was taken away', async () => {
    await versions(
      fileOf(connection('shop', 'second', { previousWebhookSecret: 'leaked' })),
      fileOf(connection('shop', 'second')),
    );
    const call = await startInstance();
    expect(await call(['second', 'leaked'])).toEqual([200, 401]);
  });

  test('does not know a connection that only the version before had, nor an empty secret in it', async () => {
    await versions(
      fileOf(connection('shop', 'first'), connection('gone', 'theirs')),
      fileOf(connection('shop', 'second')),
    );
    const call = await startInstance();
    expect(await call(['theirs'], 'gone')).toEqual(REFUSED);
    for (const secrets of [{ webhookSecret: '' }, {}, { webhookSecret: 'second' }])
      await write(JSON.stringify({ connections: { shop: { secrets, settings: {} } } }));
    pass(6);
    expect(await call(['', 'undefined', 'second'])).toEqual([401, 401, 200]);
  });

  test.each(['not JSON', '{}', '[]', '"text"', 'null'])(
    'is served although the version before is %s',
    async (before) => {
      const secrets = { webhookSecret: 'now' };
      for (const SecretString of [before, JSON.stringify({ connections: { shop: { secrets, settings: {} } } })])
        await write(SecretString);
      const call = await startInstance();
      expect(await call(['now', 'other'])).toEqual([200, 401]);
    },
  );
});

test('a secret that was broken by hand accepts nothing, is not quoted, and is mended by the next put', async () => {
  await write('whsec-canary-4711 is not JSON');
  const call = await startInstance();
  expect(await call(['now'])).toEqual([503]);
  const { readSecretDocument } = await import('#lib/connections/secrets');
  await expect(readSecretDocument('scopio')).rejects.toThrow(
    /^secrets_unreadable: the secret of scopio is not a document of connections: put the connections file again$/,
  );
  await versions(fileOf(connection('shop', 'now')));
  expect(await call(['now', 'other'])).toEqual([200, 401]);
});

describe('an instance that serves the old secret alone', () => {
  /** An instance that was called a minute ago, with secrets cached half an hour ago. */
  async function startHolding(secret: string) {
    await versions(fileOf(connection('shop', secret)));
    const call = await startInstance();
    for (let minute = 0; minute < 30; minute += 1, pass(60)) expect(await call([secret])).toEqual(ACCEPTED);
    return call;
  }

  test('refuses it a minute after it was replaced and retired', async () => {
    const call = await startHolding('leaked');
    await versions(fileOf(connection('shop', 'next')));
    expect(await retirePreviousSecret('scopio')).toBe(true);
    pass(60);
    expect(await call(['leaked', 'next'])).toEqual([401, 200]);
  });

  test('refuses it within an hour of its replacement past the hub, as a poller looks each half an hour', async () => {
    const call = await startHolding('leaked');
    const { pollMarketplace } = await import('#lib/polling/poll');
    const { connector } = await import('#lib/marketplaces/scopio/index');
    const tick = () => pollMarketplace({ ...connector, async *poll() {} });
    await tick();
    await write(JSON.stringify({ connections: { shop: { secrets: { webhookSecret: 'next' }, settings: {} } } }));
    await retirePreviousSecret('scopio');
    for (let minute = 0; minute < 30; minute++, pass(60)) {
      await tick();
      expect(await call(['leaked'])).toEqual(ACCEPTED);
    }
    await tick();
    pass(60);
    expect(await call(['leaked', 'next'])).toEqual([401, 200]);
  });

  test('refuses it six hours after it was read where it was replaced past the hub and no poller runs', async () => {
    const call = await startHolding('leaked');
    await write(JSON.stringify({ connections: { shop: { secrets: { webhookSecret: 'next' }, settings: {} } } }));
    await retirePreviousSecret('scopio');
    pass(5 * 3600 + 29 * 60);
    expect(await call(['leaked'])).toEqual(ACCEPTED);
    pass(60);
    expect(await call(['leaked', 'next'])).toEqual([401, 200]);
  });

  test('refuses it a minute after it was replaced past the hub and retired by the command', async () => {
    const call = await startHolding('leaked');
    await write(JSON.stringify({ connections: { shop: { secrets: { webhookSecret: 'next' }, settings: {} } } }));
    await releaseReplaced('scopio');
    await retirePreviousSecret('scopio');
    pass(60);
    expect(await call(['leaked', 'next'])).toEqual([401, 200]);
  });

  test('refuses it a minute after the next one was to be written and was not, as soon as it is', async () => {
    const call = await startHolding('leaked');
    const send = SecretsManagerClient.prototype.send;
    spy = watchCalls();
    spy.mockImplementation(function (this: SecretsManagerClient, command: object) {
      if (command instanceof PutSecretValueCommand) return Promise.reject(new Error('away'));
      return Reflect.apply(send, this, [command]);
    } as never);
    await expect(versions(fileOf(connection('shop', 'next')))).rejects.toThrow('away');
    spy.mockRestore();
    pass(60);
    expect(await call(['leaked'])).toEqual(ACCEPTED);
    await write(JSON.stringify({ connections: { shop: { secrets: { webhookSecret: 'next' }, settings: {} } } }));
    await retirePreviousSecret('scopio');
    pass(60);
    expect(await call(['leaked'])).toEqual(REFUSED);
  });

  test('goes on while the table is away, and reads the secret each minute', async () => {
    const call = await startHolding('now');
    const { client } = await import('#lib/platform/table/document');
    const table = vi.spyOn(client, 'send').mockImplementation(() => Promise.reject(new Error('away')));
    spy = watchCalls();
    expect(await call(['now', 'now', 'forged'])).toEqual([200, 200, 401]);
    table.mockRestore();
    expect(spy).toHaveBeenCalledTimes(1 + 2);
  });
});

describe('what it costs', () => {
  test('one read a minute of what an older hub wrote, and none once it is put again', async () => {
    await versions(fileOf(connection('shop', 'now')));
    const key = { pk: 'SECRET#scopio', sk: 'SECRET' };
    const { db } = await import('#lib/platform/table/document');
    await db.delete({ Key: key });
    const call = await startInstance();
    spy = watchCalls();
    const readsIn = async (minutes: number) => {
      spy?.mockClear();
      for (let minute = 0; minute < minutes; minute += 1, pass(60)) expect(await call(['now'])).toEqual(ACCEPTED);
      return spy?.mock.calls.length;
    };
    expect(await readsIn(5)).toBe(5);
    await versions(fileOf(connection('shop', 'now')));
    expect(await readsIn(5)).toBe(0);
    // An announced version that is not there yet stays announced for as long as somebody may be writing it.
    await db.put({ Item: { ...key, version: 'next', at: new Date().toISOString() } });
    await versions(fileOf(connection('shop', 'now')));
    expect(await readsIn(10)).toBe(10);
    await versions(fileOf(connection('shop', 'now')));
    expect(await readsIn(5)).toBe(0);
    // Nor longer where the clock of whoever announced it was hours fast.
    await db.put({ Item: { ...key, version: 'next', at: new Date(Date.now() + 3 * 3600_000).toISOString() } });
    await versions(fileOf(connection('shop', 'now')));
    expect(await readsIn(5)).toBe(0);
  });

  test('one read where every check holds', async () => {
    await versions(fileOf(connection('shop', 'now')));
    const call = await startInstance();
    spy = watchCalls();
    for (let second = 0; second < 3600; second += 10, pass(10)) expect(await call(['now'])).toEqual(ACCEPTED);
    expect(spy).toHaveBeenCalledTimes(1);
  });

  test('a flood of forgeries reads both versions every second and not more', async () => {
    await versions(fileOf(connection('shop', 'before')), fileOf(connection('shop', 'now')));
    const call = await startInstance();
    spy = watchCalls();
    await call(['now']);
    for (let quarter = 0; quarter < 40; quarter += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => call(['forged'])));
      expect(new Set(answers.flat())).toEqual(new Set(REFUSED));
      pass(0.25);
    }
    expect(spy).toHaveBeenCalledTimes(1 + 10 * 2);
  });
});

describe('while Secrets Manager is away', () => {
  test('the last good versions serve, and what they do not decide is to be sent again', async () => {
    await versions(fileOf(connection('shop', 'before')), fileOf(connection('shop', 'now')));
    const call = await startInstance();
    expect(await call(['now', 'before'])).toEqual([200, 200]);
    takeAway();
    pass(61);
    expect(await call(['now', 'before', 'next'])).toEqual([200, 200, 503]);
    spy?.mockRestore();
    await versions(fileOf(connection('shop', 'next')));
    pass(6);
    expect(await call(['next', 'now', 'before'])).toEqual([200, 200, 401]);
  });

  test('an instance that knows no secret takes nothing, and begins as soon as it is back', async () => {
    await versions(fileOf(connection('shop', 'now')));
    const call = await startInstance();
    takeAway();
    expect(await call(['now', 'forged'])).toEqual([503, 503]);
    spy?.mockRestore();
    expect(await call(['now', 'forged'])).toEqual([200, 401]);
  });
});
