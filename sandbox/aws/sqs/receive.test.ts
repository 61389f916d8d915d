import { afterEach, expect, it, vi } from 'vitest';
import type { Message } from './message.ts';
import type { MessageStore } from './messages.ts';
import type { Queue, QueueStore } from './queues.ts';
import { createReceiver } from './receive.ts';

afterEach(() => vi.restoreAllMocks());

it('gives a waiting receiver a message that shows just after it has looked', async () => {
  const shownAt = Date.now();
  let now = shownAt - 1;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const kept = [{ seq: 1, visible_at: shownAt, sent_at: shownAt, receives: 0 } as Message];
  let looks = 0;
  const messages = {
    listVisible(_queue: string, at: number) {
      looks += 1;
      // The clock moves on right after the look with which the wait begins.
      if (looks === 2) now = shownAt;
      return kept.filter(({ visible_at }) => visible_at <= at);
    },
    nextVisibleAt: (_queue: string, at: number) => kept.find(({ visible_at }) => visible_at > at)?.visible_at,
    receive: () => void kept.pop(),
  } as unknown as MessageStore;
  const commits = { write: <T>(run: () => T) => run(), committed: () => undefined, flush: () => undefined };
  const receiver = createReceiver(commits, {} as QueueStore, messages);
  const demand = { max: 1, visibilitySeconds: 30, waitSeconds: 1 };
  const queue = { name: 'q', arn: 'arn', attributes: {} } as Queue;
  expect(await receiver.receive(queue, demand, { onClose: () => undefined })).toMatchObject([{ seq: 1 }]);
});
