import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { countMessages, deleteMessages, giveBackMessages, type Taken, takeMessages } from './redrive.ts';

beforeAll(() => {
  vi.stubEnv('QUEUE_URL_DEAD', 'https://sqs/dead');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** An SQS that answers what it is told, and what it was asked. */
function startSqs(answer: object = {}) {
  const asked: Array<Record<string, unknown>> = [];
  const send = async ({ input }: { input: Record<string, unknown> }) => {
    asked.push(input);
    return answer;
  };
  return { asked, sqs: { send } as unknown as SQSClient };
}

const taken = (count: number): Taken[] =>
  Array.from({ length: count }, (_, n) => ({ id: `${n}`, handle: `h${n}`, body: '', sentAt: '', receives: 1 }));

test('messages are taken with when they were sent and how often received; none is none', async () => {
  const message = { MessageId: 'm', ReceiptHandle: 'h', Body: '{}' };
  const Attributes = { SentTimestamp: '1763629200000', ApproximateReceiveCount: '5' };
  const { sqs, asked } = startSqs({ Messages: [{ ...message, Attributes }] });
  expect(await takeMessages('dead', 60, sqs)).toEqual([
    { id: 'm', handle: 'h', body: '{}', sentAt: '2025-11-20T09:00:00.000Z', receives: 5 },
  ]);
  expect(asked).toMatchObject([{ QueueUrl: 'https://sqs/dead', VisibilityTimeout: 60, MaxNumberOfMessages: 10 }]);
  expect(await takeMessages('dead', 60, startSqs().sqs)).toEqual([]);
});

test('what is deleted or given back goes ten at a time', async () => {
  for (const [act, entry] of [
    [deleteMessages, { ReceiptHandle: 'h0' }],
    [giveBackMessages, { ReceiptHandle: 'h0', VisibilityTimeout: 0 }],
  ] as const) {
    const { sqs, asked } = startSqs();
    await act('dead', taken(25), sqs);
    expect(asked.map(({ Entries }) => (Entries as object[]).length)).toEqual([10, 10, 5]);
    const first = expect.objectContaining({ Id: '0', ...entry });
    expect(asked[0]).toMatchObject({ Entries: expect.arrayContaining([first]) });
  }
});

test('a queue is as long as what is visible and what is in somebody’s hands', async () => {
  const Attributes = { ApproximateNumberOfMessages: '3', ApproximateNumberOfMessagesNotVisible: '4' };
  expect(await countMessages('dead', startSqs({ Attributes }).sqs)).toBe(7);
  expect(await countMessages('dead', startSqs().sqs)).toBe(0);
});
