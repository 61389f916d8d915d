import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendMessage, sendMessages } from './queue.ts';

interface Entry {
  Id: string;
  MessageBody: string;
  DelaySeconds?: number;
  MessageGroupId?: string;
}

/** An SQS edge that refuses entries as the test says. */
let batches: Entry[][] = [];
let refuses: (entry: Entry, batch: number) => boolean = () => false;
let server: Server;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] } | Entry;
    const Entries = 'Entries' in asked ? asked.Entries : [{ ...asked, Id: '0' }];
    batches.push(Entries);
    const answer = (failed: boolean) => Entries.filter((entry) => refuses(entry, batches.length) === failed);
    const Successful = answer(false).map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' }));
    const Failed = answer(true).map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ Successful, Failed }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'k');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  vi.stubEnv('QUEUE_URL_Q', `${url}/000000000000/q`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

vi.mock('@aws-sdk/client-sqs', async (original) => {
  const module = (await original()) as typeof import('@aws-sdk/client-sqs');
  // The stand-in edge computes no checksums.
  return {
    ...module,
    SQSClient: class extends module.SQSClient {
      constructor() {
        super({ md5: false, region: 'us-east-1', credentials: { accessKeyId: 'k', secretAccessKey: 's' } });
      }
    },
  };
});

const messages = (count: number, size = 10) =>
  Array.from({ length: count }, (_, index) => ({ message: { index, pad: 'x'.repeat(size) } }));
const sent = () => batches.flat().map(({ MessageBody }) => JSON.parse(MessageBody).index as number);
function reset(refusing: typeof refuses = () => false): void {
  batches = [];
  refuses = refusing;
}

describe('unchecked Failed entries of batch calls', () => {
  it('are sent again, those entries alone, until SQS has them all', async () => {
    reset(({ Id }, batch) => batch === 1 && Number(Id) % 2 === 1);
    await sendMessages('q', messages(4));
    expect(batches.map((batch) => batch.map(({ Id }) => Id))).toEqual([
      ['0', '1', '2', '3'],
      ['1', '3'],
    ]);
  });

  it('that SQS keeps refusing end in an error, so that the caller is rung again', async () => {
    reset(({ Id }) => Id === '2');
    await expect(sendMessages('q', messages(3))).rejects.toThrow('kept refusing a message for q');
    expect(batches.slice(1).flat()).toHaveLength(batches.length - 1);
  });
});

describe('batches', () => {
  it('are made of what is sent at the same moment or while a request is on its way, each message with its own fate', async () => {
    reset(({ Id }, batch) => batch > 1 && Id === '1');
    const first = sendMessage('q', { message: { index: 0 } });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const fates = await Promise.allSettled([
      first,
      ...[1, 2, 3].map((index) => sendMessage('q', { message: { index }, group: 'shop' })),
    ]);
    expect(fates.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(batches[0]).toHaveLength(1);
    expect(batches[1]?.map(({ MessageGroupId }) => MessageGroupId)).toEqual(['shop', 'shop', 'shop']);
  });

  it('hold ten messages and a megabyte at most, and together every message once', async () => {
    reset();
    await sendMessages('q', messages(25));
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(sent()).toEqual(Array.from({ length: 25 }, (_, index) => index));
    reset();
    await sendMessages('q', messages(4, 300_000));
    expect(batches.map(({ length }) => length)).toEqual([3, 1]);
  });

  it('delay in whole seconds rounded up, 15 minutes at most', async () => {
    reset();
    await sendMessages(
      'q',
      [0, 0.2, 300, 4000].map((delaySeconds) => ({ message: {}, delaySeconds })),
    );
    expect(batches.flat().map(({ DelaySeconds }) => DelaySeconds)).toEqual([undefined, 1, 300, 900]);
  });
});
