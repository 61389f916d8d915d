import type { Caller } from '../serve.ts';
import type { Commits } from '../sqlite/group-commits.ts';
import type { Message } from './message.ts';
import type { MessageStore } from './messages.ts';
import { numberOf, redrivePolicyOf } from './queue-attributes.ts';
import type { Queue, QueueStore } from './queues.ts';

export interface Demand {
  max: number;
  visibilitySeconds: number;
  waitSeconds: number;
}

interface Waiter {
  demand: Demand;
  answer(messages: Message[]): void;
}

interface Waiting {
  waiters: Set<Waiter>;
  timer?: NodeJS.Timeout;
}

export type Receiver = ReturnType<typeof createReceiver>;

/** Hands out messages, at once or to whoever has waited longest. */
export function createReceiver(commits: Pick<Commits, 'write'>, queues: QueueStore, messages: MessageStore) {
  const waitingByQueue = new Map<string, Waiting>();
  let closed = false;

  /** Takes what is visible now. Drops messages that are too old, and moves those that failed too often. */
  function take(queue: Queue, { max, visibilitySeconds }: Demand): Message[] {
    const taken: Message[] = [];
    while (taken.length === 0) {
      const candidates = messages.listVisible(queue.name, Date.now(), max);
      if (candidates.length === 0) break;
      commits.write(() => {
        for (const message of candidates) handOut(queue, message, visibilitySeconds, taken);
      });
    }
    return taken;
  }

  function handOut(queue: Queue, message: Message, visibilitySeconds: number, taken: Message[]): void {
    const now = Date.now();
    const policy = redrivePolicyOf(queue.attributes);
    const target = policy && queues.byArn(policy.deadLetterTargetArn);
    if (message.sent_at < now - numberOf(queue.attributes, 'MessageRetentionPeriod') * 1000) {
      messages.remove(message.seq);
    } else if (target && message.received && message.receives >= policy.maxReceiveCount) {
      const system = { ...JSON.parse(message.system_attributes), DeadLetterQueueSourceArn: queue.arn };
      messages.move(message.seq, target.name, now, JSON.stringify(system));
      setImmediate(() => wake(target));
    } else {
      messages.receive(message.seq, now + visibilitySeconds * 1000, now);
      const first = message.first_received_at ?? now;
      taken.push({ ...message, receives: message.receives + 1, first_received_at: first });
    }
  }

  /** Answers waiting receivers while there are messages, and looks again when the next one becomes visible. */
  function wake(queue: Queue): void {
    const waiting = waitingByQueue.get(queue.name);
    if (!waiting || closed) return;
    clearTimeout(waiting.timer);
    // Taken first: a message that becomes visible after a look below then still counts for `nextVisibleAt`.
    const now = Date.now();
    for (const waiter of waiting.waiters) {
      const taken = take(queue, waiter.demand);
      if (taken.length === 0) break;
      waiter.answer(taken);
    }
    if (waiting.waiters.size === 0) return void waitingByQueue.delete(queue.name);
    const next = messages.nextVisibleAt(queue.name, now);
    if (next !== undefined) waiting.timer = setTimeout(() => wake(queue), Math.max(1, next - Date.now()));
  }

  function wait(queue: Queue, demand: Demand, caller: Caller): Promise<Message[]> {
    return new Promise((resolve) => {
      const waiting = waitingByQueue.get(queue.name) ?? { waiters: new Set() };
      waitingByQueue.set(queue.name, waiting);
      const waiter: Waiter = {
        demand,
        answer(taken) {
          if (!waiting.waiters.delete(waiter)) return;
          clearTimeout(timeout);
          resolve(taken);
        },
      };
      const timeout = setTimeout(() => waiter.answer([]), demand.waitSeconds * 1000);
      // A receiver that has hung up must not be given a message.
      caller.onClose(() => waiter.answer([]));
      waiting.waiters.add(waiter);
      wake(queue);
    });
  }

  return {
    wake,
    async receive(queue: Queue, demand: Demand, caller: Caller): Promise<Message[]> {
      const taken = take(queue, demand);
      return taken.length > 0 || demand.waitSeconds === 0 ? taken : wait(queue, demand, caller);
    },
    /** Answers everyone who waits on a queue with nothing. */
    dismiss(queue: Queue): void {
      for (const waiter of waitingByQueue.get(queue.name)?.waiters ?? []) waiter.answer([]);
    },
    close(): void {
      closed = true;
      for (const { timer, waiters } of waitingByQueue.values()) {
        clearTimeout(timer);
        for (const waiter of waiters) waiter.answer([]);
      }
    },
  };
}
