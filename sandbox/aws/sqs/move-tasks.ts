import { randomUUID } from 'node:crypto';
import type { Commits } from '../sqlite/group-commits.ts';
import { invalidParameter, resourceNotFound, unsupported } from './errors.ts';
import type { MessageStore } from './messages.ts';
import type { Queue, QueueStore } from './queues.ts';
import type { Receiver } from './receive.ts';

const DEFAULT_PER_SECOND = 500;
const KEPT_TASKS = 10;

interface MoveTask {
  handle: string;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  source: Queue;
  destination: Queue | undefined;
  perSecond: number | undefined;
  moved: number;
  toMove: number;
  startedAt: number;
  failure?: string;
}

/** Tasks that move messages out of a dead-letter queue. A task ends with the process; its messages stay. */
export function createMoveTasks(commits: Commits, queues: QueueStore, messages: MessageStore, receiver: Receiver) {
  const tasks: MoveTask[] = [];
  const timers = new Map<MoveTask, NodeJS.Timeout>();

  function step(task: MoveTask): void {
    timers.delete(task);
    if (task.status !== 'RUNNING') return;
    const limit = Math.min(task.perSecond ?? DEFAULT_PER_SECOND, task.toMove - task.moved);
    const targets = new Set<Queue>();
    const now = Date.now();
    const batch = messages.listVisible(task.source.name, now, limit);
    commits.write(() => {
      for (const message of batch) {
        const { DeadLetterQueueSourceArn: origin, ...system } = JSON.parse(message.system_attributes);
        const target = task.destination ?? queues.byArn(String(origin));
        if (!target) {
          task.status = 'FAILED';
          task.failure = 'CouldNotDetermineMessageSource';
          return;
        }
        messages.release(message.seq, target.name, now, JSON.stringify(system));
        targets.add(target);
        task.moved += 1;
      }
    });
    for (const target of targets) receiver.wake(target);
    if (task.status !== 'RUNNING') return;
    if (batch.length === 0 || task.moved >= task.toMove) task.status = 'COMPLETED';
    else
      timers.set(
        task,
        setTimeout(() => step(task), 1000),
      );
  }

  function find(arn: unknown, name: string): Queue {
    const queue = queues.byArn(String(arn));
    if (!queue) throw resourceNotFound(`The resource that you specified for the ${name} parameter doesn't exist.`);
    return queue;
  }

  return {
    start(input: { SourceArn?: string; DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number }) {
      const source = find(input.SourceArn, 'SourceArn');
      if (queues.sourcesOf(source).length === 0)
        throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
      if (tasks.some((task) => task.source.arn === source.arn && task.status === 'RUNNING'))
        throw unsupported('There is already a task running. Only one active task is allowed for a source queue arn.');
      const task: MoveTask = {
        handle: randomUUID(),
        status: 'RUNNING',
        source,
        destination: input.DestinationArn ? find(input.DestinationArn, 'DestinationArn') : undefined,
        perSecond: input.MaxNumberOfMessagesPerSecond,
        moved: 0,
        toMove: messages.count(source.name, Date.now()).visible,
        startedAt: Date.now(),
      };
      tasks.unshift(task);
      tasks.splice(KEPT_TASKS);
      timers.set(
        task,
        setTimeout(() => step(task), 1),
      );
      return { TaskHandle: task.handle };
    },
    list(input: { SourceArn?: string; MaxResults?: number }) {
      const source = find(input.SourceArn, 'SourceArn');
      const own = tasks.filter((task) => task.source.arn === source.arn).slice(0, input.MaxResults ?? 1);
      return { Results: own.map(describe) };
    },
    cancel(input: { TaskHandle?: string }) {
      const task = tasks.find(({ handle }) => handle === input.TaskHandle);
      if (!task) throw resourceNotFound('Task does not exist.');
      if (task.status !== 'RUNNING') throw unsupported('Only active tasks can be cancelled.');
      task.status = 'CANCELLED';
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
    close(): void {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

const describe = (task: MoveTask) => ({
  TaskHandle: task.status === 'RUNNING' ? task.handle : undefined,
  Status: task.status,
  SourceArn: task.source.arn,
  DestinationArn: task.destination?.arn,
  MaxNumberOfMessagesPerSecond: task.perSecond,
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  FailureReason: task.failure,
  StartedTimestamp: task.startedAt,
});
