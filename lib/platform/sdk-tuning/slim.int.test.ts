import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { Sha256 } from './sha256.ts';
import { slim, slimConfig } from './slim.ts';

const digestOf = async (hash: Sha256, parts: readonly (string | Uint8Array)[]) => {
  for (const part of parts) hash.update(part);
  return Buffer.from(await hash.digest()).toString('hex');
};

it('hashes and signs any text and bytes, in any parts, as node:crypto does', async () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
  await fc.assert(
    fc.asyncProperty(fc.array(part), fc.oneof(fc.string({ minLength: 1 }), fc.uint8Array()), async (parts, secret) => {
      const [plain, keyed] = [createHash('sha256'), createHmac('sha256', secret)];
      for (const each of parts) {
        plain.update(each);
        keyed.update(each);
      }
      expect(await digestOf(new Sha256(), parts)).toBe(plain.digest('hex'));
      expect(await digestOf(new Sha256(secret), parts)).toBe(keyed.digest('hex'));
    }),
  );
});

it('forgets what it was given on reset', async () => {
  const hash = new Sha256();
  hash.update('a');
  hash.reset();
  expect(await digestOf(hash, ['b'])).toBe(createHash('sha256').update('b').digest('hex'));
});

it('sends the very requests that the SDK sends, signed alike, but for how the client names itself', async () => {
  const seen: Array<Record<string, unknown>> = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ ...request.headers, body });
    response.end(JSON.stringify({ MessageId: '1' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    endpoint,
    md5: false as const,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'k', secretAccessKey: 's' },
  };
  vi.useFakeTimers({ toFake: ['Date'] });
  const clients = [new SQSClient(config), slim(new SQSClient({ ...config, ...slimConfig }))];
  for (const client of clients)
    await client.send(new SendMessageCommand({ QueueUrl: `${endpoint}/0/q`, MessageBody: 'Zażółć' }));
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();

  const [ordinary = {}, ours = {}] = seen;
  expect(ours['user-agent']).toBe('longshore aws-sdk-js/3');
  expect(ours).not.toHaveProperty('x-amz-user-agent');
  const signature = ({ authorization }: Record<string, unknown>) =>
    /SignedHeaders=(\S+), Signature=(\w+)/.exec(String(authorization))?.slice(1) ?? [];
  const [headers = '', signed] = signature(ours);
  expect(headers.split(';')).toEqual(
    signature(ordinary)[0]
      ?.split(';')
      .filter((name) => name !== 'x-amz-user-agent'),
  );
  expect(signed).toMatch(/^[0-9a-f]{64}$/);
  const rest = ({
    authorization: _a,
    'user-agent': _u,
    'x-amz-user-agent': _x,
    'amz-sdk-invocation-id': _i,
    ...others
  }: Record<string, unknown>) => others;
  expect(rest(ours)).toEqual(rest(ordinary));
});
