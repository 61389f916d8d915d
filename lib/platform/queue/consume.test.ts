import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from '../zod.ts';
import { consume } from './consume.ts';

afterEach(() => vi.restoreAllMocks());

const record = (messageId: string, body: object) => ({ messageId, body: JSON.stringify(body) });

test('only what failed is received again, and its function counts it, as Lambda does not', async () => {
  const lines: string[] = [];
  for (const level of ['info', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(lines.push(String(line))));
  const handler = consume(z.object({ id: z.string() }), async ({ id }) => {
    if (id === 'bad') throw new Error('boom');
  });
  const Records = [record('1', { id: 'good' }), record('2', { id: 'bad' }), record('3', { other: 1 })];
  const context = { functionName: 'longshore-test-ingest' } as Context;
  expect(await handler({ Records } as SQSEvent, context)).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }],
  });
  const metrics = lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
  expect(metrics).toMatchObject([{ Function: 'longshore-test-ingest', MessagesFailed: 2 }]);
});
