import { sendBodies } from '#lib/platform/queue/queue';
import { deleteMessages, giveBackMessages } from '#lib/platform/queue/redrive';
import { transact } from '#lib/platform/table/table';
import { type DeadLetter, sources, takeDeadLetters } from './dead-letters.ts';
import type { Replay, ReplaySettings } from './replay.ts';
import { newReplay } from './start.ts';
import { commitReplay, putNewReplay } from './store.ts';

/** What becomes of dead letters: back to their queue, dropped because their delivery is no longer dead, or kept. */
export interface Redriven {
  moved: number;
  dropped: number;
  kept: number;
  /** False when there are more: ask again for the rest. */
  complete: boolean;
}

type Fate = 'moved' | 'dropped' | 'kept';

/** A died delivery is replayed as a delivery; its message goes once that has helped. */
export const fateOf = ({ kind, delivery }: DeadLetter): Fate =>
  kind === 'crashed' ? 'moved' : delivery === null || delivery.state === 'dead' ? 'kept' : 'dropped';

const BATCH = 10;

/**
 * Sends what crashed back to its queue. Each message is sent before it is deleted: cut off in between, it is there
 * twice, and both queues' consumers take a message twice for once.
 */
export async function redrive(
  queue: string,
  settings: Pick<ReplaySettings, 'by' | 'reason'>,
  { max, deadline }: { max: number; deadline: number },
): Promise<{ replay: Replay } & Redriven> {
  const started: Replay = { ...newReplay({ ...settings, perMinute: 60, canary: false }, new Date()), queue };
  await transact(putNewReplay(started));
  const done: Redriven = { moved: 0, dropped: 0, kept: 0, complete: false };
  const kept: DeadLetter[] = [];
  while (!done.complete && done.moved + done.dropped + done.kept < max && Date.now() < deadline) {
    const { letters, complete } = await takeDeadLetters(queue, BATCH, deadline);
    const fates = Map.groupBy(letters, fateOf);
    await move(queue, fates.get('moved') ?? []);
    await drop(queue, fates.get('dropped') ?? []);
    kept.push(...(fates.get('kept') ?? []));
    for (const fate of ['moved', 'dropped', 'kept'] as const) done[fate] += fates.get(fate)?.length ?? 0;
    done.complete = complete;
  }
  await giveBackMessages(
    queue,
    kept.map(({ message }) => message),
  );
  const now = new Date();
  const matched = done.moved + done.dropped;
  const change = { state: 'finished' as const, matched, succeeded: matched, endedAt: now.toISOString() };
  return { replay: (await commitReplay(started, change, now)) ?? started, ...done };
}

async function move(queue: string, letters: readonly DeadLetter[]): Promise<void> {
  const source = sources.get(queue);
  if (source === undefined || letters.length === 0) return;
  await sendBodies(
    source,
    letters.map(({ message }) => ({ body: message.body })),
  );
  await drop(queue, letters);
}

const drop = (queue: string, letters: readonly DeadLetter[]): Promise<void> =>
  deleteMessages(
    queue,
    letters.map(({ message }) => message),
  );
