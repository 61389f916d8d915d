import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { RejectedError } from '../errors.ts';
import { errorFields, log } from './log.ts';
import { runInTrace } from './trace.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a line is JSON with an instant, its level, its fields, and the trace it is of', () => {
  const lines: unknown[] = [];
  vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(JSON.parse(String(line))));
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  runInTrace(trace, () => log.warn('poll broke off', { connection: 'shop', found: 2, code: undefined }));
  log.warn('alone');
  expect(lines).toEqual([
    {
      ...{ timestamp: expect.stringMatching(/Z$/), level: 'warn', message: 'poll broke off' },
      ...{ trace_id: trace.traceId, span_id: trace.spanId, connection: 'shop', found: 2 },
    },
    { timestamp: expect.any(String), level: 'warn', message: 'alone' },
  ]);
});

test('of an error its class, its code and where it was thrown are told, and never its words, which may quote a body', async () => {
  const error = new RejectedError({ code: 'http_422', description: 'no such street as Av. Vallarta 1234' });
  const here = expect.stringMatching(/log\.test\.ts:\d+:\d+\)?$/);
  expect(errorFields(error)).toEqual({ error: 'RejectedError', code: 'http_422', at: here });
  expect(errorFields(new TypeError('secret'))).toEqual({ error: 'TypeError', code: undefined, at: here });
  expect(errorFields(new TypeError('two lines,\n    at Ana:1:1'))).toMatchObject({ at: here });
  expect(errorFields(new TypeError())).toMatchObject({ at: here });
  const refused = await readFile('/no/such/file').catch((error: unknown) => error);
  expect(errorFields(refused)).toEqual({ error: 'Error', code: 'ENOENT', at: here });
  expect(errorFields('secret')).toEqual({ error: 'string', code: undefined, at: undefined });
});
