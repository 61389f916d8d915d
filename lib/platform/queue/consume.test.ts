import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from '../zod.ts';
import { consume } from './consume.ts';

const { settle } = vi.hoisted(() => ({ settle: vi.fn(async () => undefined) }));
vi.mock('./settle.ts', () => ({ settle }));
afterEach(() => vi.restoreAllMocks());

const record = (messageId: string, body: object, receives = 1) => ({
  messageId,
  body: JSON.stringify(body),
  receiptHandle: `handle of ${messageId}`,
  ...(receives > 0 && { attributes: { ApproximateReceiveCount: String(receives) } }),
});
const context = { functionName: 'longshore-test-ingest' } as Context;

test('only what failed is received again, and its function counts it, as Lambda does not', async () => {
  const lines: string[] = [];
  for (const level of ['info', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(lines.push(String(line))));
  const handler = consume('inbound', z.object({ id: z.string() }), async ({ id }) => {
    if (id === 'bad') throw new Error('boom');
  });
  const Records = [record('1', { id: 'good' }), record('2', { id: 'bad' }), record('3', { other: 1 })];
  expect(await handler({ Records } as SQSEvent, context)).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }],
  });
  const metrics = lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
  expect(metrics).toMatchObject([{ Function: 'longshore-test-ingest', MessagesFailed: 2 }]);
});

test('a record that does not tell how often it came is done like any other', async () => {
  const handler = consume('inbound', z.object({ id: z.string() }), async () => undefined);
  const Records = [record('1', { id: 'good' }, 0)];
  expect(await handler({ Records } as SQSEvent, context)).toEqual({ batchItemFailures: [] });
  expect(settle).not.toHaveBeenCalled();
});

test('what came again and is done is deleted although another of its batch does not end', async () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const handler = consume('inbound', z.object({ id: z.string() }), async ({ id }) => {
    if (id === 'endless') await ended;
    if (id === 'bad') throw new Error('boom');
  });
  const records = ['endless', 'bad', 'good'].map((id) => record(id, { id }, 2));
  const answer = handler({ Records: [...records, record('new', { id: 'new' })] } as SQSEvent, context);
  await vi.waitFor(() => expect(settle).toHaveBeenCalled());
  expect(settle.mock.calls).toEqual([['inbound', 'handle of good']]);
  // Other tests share this module's count of invocations that run.
  end();
  await answer;
});
