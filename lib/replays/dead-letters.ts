import { DeliveryDied } from '#events/delivery-died';
import { DeliveryDue } from '#events/delivery-due';
import { InboundReceived } from '#events/inbound-received';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDeliveries } from '#lib/deliveries/ledger';
import { marketplaces } from '#lib/marketplaces/registry';
import { readJson } from '#lib/platform/json';
import { deadLetterQueue, deliveryQueue, ENDPOINT, INBOUND_QUEUE } from '#lib/platform/names';
import { countMessages, giveBackMessages, type Taken, takeMessages } from '#lib/platform/queue/redrive';

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

/** Long enough for one look, short enough that a look which was cut off hides nothing for long. */
const HIDE_SECONDS = 60;

/** Takes messages, up to `max` of them or until the deadline; they stay hidden until deleted or given back. */
export async function takeDeadLetters(
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

/** What lies there, without taking anything out; messages are hidden from others only while we look. */
export async function listDeadLetters(
  queue: string,
  max: number,
  deadline: number,
): Promise<{ letters: DeadLetter[]; complete: boolean; total: number }> {
  const [total, { letters, complete }] = [await countMessages(queue), await takeDeadLetters(queue, max, deadline)];
  await giveBackMessages(
    queue,
    letters.map(({ message }) => message),
  );
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
