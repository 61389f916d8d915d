import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, vi } from 'vitest';
import { slim, slimConfig } from './slim.ts';

it('sends the very requests that the SDK sends, signed alike, but for how the client names itself', async () => {
  const seen: Array<Record<string, unknown>> = [];
  const requestHandler = {
    async handle({ headers, body }: { headers: Record<string, string>; body: Uint8Array | string }) {
      seen.push({ ...headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) });
      return { response: { statusCode: 200, headers: {}, body: Buffer.from('{"MessageId":"1"}') } };
    },
  };
  const endpoint = 'http://127.0.0.1:9';
  const config = {
    ...{ endpoint, requestHandler },
    md5: false as const,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'k', secretAccessKey: 's' },
  };
  vi.useFakeTimers({ toFake: ['Date'] });
  const clients = [new SQSClient(config), slim(new SQSClient({ ...slimConfig, ...config }))];
  for (const client of clients)
    await client.send(new SendMessageCommand({ QueueUrl: `${endpoint}/0/q`, MessageBody: 'Zażółć' }));
  vi.useRealTimers();

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
