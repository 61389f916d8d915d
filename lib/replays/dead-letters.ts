import { DeliveryDied } from '#events/delivery-died';
import { DeliveryDue } from '#events/delivery-due';
import { InboundReceived } from '#events/inbound-received';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import { marketplaces } from '#lib/marketplaces/registry';
import { readJson } from '#lib/platform/json';
import { deadLetterQueue, deliveryQueue, ENDPOINT, INBOUND_QUEUE } from '#lib/platform/names';
import { sendBodies } from '#lib/platform/queue/queue';
import { countMessages, deleteMessages, giveBackMessages, type Taken, takeMessages } from '#lib/platform/queue/redrive';
import { transact } from '#lib/platform/table/table';
import type { Replay, ReplaySettings } from './replay.ts';
import { newReplay } from './start.ts';
import { commitReplay, putNewReplay } from './store.ts';

/** The dead-letter queues and where their messages came from. */
export const sources: ReadonlyMap<string, string> = new Map([
  [deadLetterQueue(INBOUND_QUEUE), INBOUND_QUEUE],
  ...[...marketplaces.map(({ name }) => name), ENDPOINT].map(
    (name) => [deadLetterQueue(name), deliveryQueue(name)] as const,
  ),
]);

/** What a dead-letter queue holds. `crashed`: its function failed on it until the queue gave up; `died`: a delivery died. */
export interface DeadLetter {
  queue: string;
  message: Taken;
  kind: 'crashed' | 'died';
  delivery: Pick<Delivery, 'id' | 'state' | 'cause'> | null;
  event: Pick<InboundReceived, 'id' | 'connection' | 'topic' | 'receivedBy' | 'receivedAt'> | null;
}

/** Long enough for one look, short enough that a look which is cut off hides nothing for long. */
const HIDE_SECONDS = 60;

/** Takes messages, up to `max` of them or until the deadline; they stay hidden until deleted or given back. */
async function takeDeadLetters(
  queue: string,
  max: number,
  deadline: number,
): Promise<{ letters: DeadLetter[]; complete: boolean }> {
  const taken = new Map<string, Taken>();
  let complete = false;
  while (!complete && taken.size < max && Date.now() < deadline) {
    const messages = await takeMessages(queue, HIDE_SECONDS);
    for (const message of messages) taken.set(message.id, message);
    complete = messages.length === 0;
  }
  return { letters: await describe(queue, [...taken.values()]), complete };
}

/** What is in the queue, without removing anything; messages are hidden from others only while we look. */
export async function listDeadLetters(
  queue: string,
  max: number,
  deadline: number,
): Promise<{ letters: DeadLetter[]; complete: boolean; total: number }> {
  const [total, { letters, complete }] = [await countMessages(queue), await takeDeadLetters(queue, max, deadline)];
  await giveBackMessages(queue, letters.map(messageOf));
  return { letters, complete, total: Math.max(total, letters.length) };
}

async function describe(queue: string, messages: readonly Taken[]): Promise<DeadLetter[]> {
  const read = messages.map((message) => ({ message, ...parse(message.body) }));
  const ids = [...new Set(read.flatMap(({ deliveryId }) => deliveryId ?? []))];
  const deliveries = new Map((await getDeliveries(ids)).map((delivery) => [delivery.id, delivery]));
  return read.map(({ message, kind, deliveryId, event }) => {
    const found = deliveries.get(deliveryId ?? '');
    const delivery = found ? { id: found.id, state: found.state, cause: found.cause } : null;
    return { queue, message, kind, delivery, event };
  });
}

function parse(body: string): Pick<DeadLetter, 'kind' | 'event'> & { deliveryId: string | null } {
  const json = readJson(body);
  const died = DeliveryDied.safeParse(json);
  if (died.success) return { kind: 'died', deliveryId: died.data.deliveryId, event: null };
  const due = DeliveryDue.safeParse(json);
  if (due.success) return { kind: 'crashed', deliveryId: due.data.deliveryId, event: null };
  const inbound = InboundReceived.safeParse(json);
  if (!inbound.success) return { kind: 'crashed', deliveryId: null, event: null };
  const { id, connection, topic, receivedBy, receivedAt } = inbound.data;
  return { kind: 'crashed', deliveryId: null, event: { id, connection, topic, receivedBy, receivedAt } };
}

/** What becomes of dead letters: back to their queue, dropped because their delivery is no longer dead, or kept. */
export interface Redriven {
  moved: number;
  dropped: number;
  kept: number;
  /** False when there are more: ask again for the rest. */
  complete: boolean;
}

type Fate = 'moved' | 'dropped' | 'kept';

/** A delivery that died is replayed as a delivery; its message goes once that has helped. */
export const fateOf = ({ kind, delivery }: DeadLetter): Fate =>
  kind === 'crashed' ? 'moved' : delivery === null || delivery.state === 'dead' ? 'kept' : 'dropped';

const BATCH = 10;

/**
 * Sends what crashed back to its queue. Each message is sent before it is deleted: cut off in between, it exists twice,
 * and the consumers of both queues treat a repeated message as one.
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
  await giveBackMessages(queue, kept.map(messageOf));
  const now = new Date();
  const matched = done.moved + done.dropped;
  const change = { state: 'finished' as const, matched, succeeded: matched, endedAt: now.toISOString() };
  return { replay: (await commitReplay(started, change, now)) ?? started, ...done };
}

async function move(queue: string, letters: readonly DeadLetter[]): Promise<void> {
  const source = sources.get(queue);
  if (source === undefined || letters.length === 0) return;
  await sendBodies(source, letters.map(messageOf));
  await drop(queue, letters);
}

const drop = (queue: string, letters: readonly DeadLetter[]): Promise<void> =>
  deleteMessages(queue, letters.map(messageOf));

const messageOf = ({ message }: DeadLetter): Taken => message;
