import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { currentTrace } from '../telemetry/trace.ts';
import { atEndOfInvocation } from './invocation.ts';
import { lambda, scheduled } from './lambda.ts';

const context = {} as Context;

test('what is put off to the end is done once, after the work, and before the invocation answers', async () => {
  const done: string[] = [];
  const task = async () => {
    await Promise.resolve();
    done.push('end');
  };
  const handler = scheduled(async () => {
    atEndOfInvocation(task);
    await Promise.resolve();
    atEndOfInvocation(task);
    done.push('work');
  });
  await handler({}, context);
  expect(done).toEqual(['work', 'end']);
});

test('it is done also when the work fails, after whatever answers to the failure', async () => {
  const done: string[] = [];
  const failing = async () => {
    atEndOfInvocation(() => done.push('end'));
    throw new Error('no');
  };
  await expect(scheduled(failing)({}, context)).rejects.toThrow('no');
  const answering = lambda<unknown, string>().onError((request) => {
    done.push('answer');
    request.response = 'sorry';
  });
  expect(await answering.handler(failing)({}, context)).toBe('sorry');
  expect(done).toEqual(['end', 'answer', 'end']);
});

test('it is done as whoever asked for it, whose invocation ever ends first', async () => {
  const as = new AsyncLocalStorage<string>();
  const done: unknown[] = [];
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const asking = scheduled(async () => {
    atEndOfInvocation(() => done.push(as.getStore()));
    ask();
    await ended;
  });
  const one = as.run('ingest', () => asking({}, context));
  await as.run('receiver', () => scheduled(() => asked)({}, context));
  expect(done).toEqual(['ingest']);
  end();
  await one;
});

test('outside of an invocation it is done at once', () => {
  const task = vi.fn();
  atEndOfInvocation(task);
  expect(task).toHaveBeenCalledOnce();
});

test('an invocation goes on with the trace that its event carries, or begins one', async () => {
  const traces: Array<string | undefined> = [];
  const note = async () => void traces.push(currentTrace()?.traceId);
  const traced = lambda((event: { traceparent?: string }) => event.traceparent).handler(note);
  await traced({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }, context);
  await traced({}, context);
  expect(traces).toEqual(['0af7651916cd43dd8448eb211c80319c', expect.stringMatching(/^[0-9a-f]{32}$/)]);
});
