import type { DeliveryDied } from '#events/delivery-died';
import type { DeliveryDue } from '#events/delivery-due';
import { sharesQueue } from '#lib/connections/store';
import { chunksOf } from '#lib/platform/chunks';
import { deadLetterQueue, deliveryQueue, MAX_DELAY_SECONDS } from '#lib/platform/names';
import { sendMessage, sendMessages } from '#lib/platform/queue/queue';
import { type Delivery, isOpen } from './delivery.ts';
import { compareShipBy } from './ship-by.ts';

/**
 * Tells the pushers to look at these deliveries, each when it is due, in order of ship-by. The sweeper repeats a ring
 * that is lost, and sends those that SQS cannot delay for so long.
 */
export async function ring(
  deliveries: readonly Delivery[],
  now = new Date(),
  send = sendMessages,
  shared = sharesQueue,
): Promise<void> {
  const byMarketplace = Map.groupBy(
    deliveries
      .filter((delivery) => isOpen(delivery) && secondsUntil(delivery, now) <= MAX_DELAY_SECONDS)
      .sort(compareShipBy),
    ({ marketplace }) => marketplace,
  );
  await Promise.all(
    [...byMarketplace].map(async ([marketplace, due]) => {
      const hasGroups = await shared(marketplace);
      const messages = due.map((delivery) => ({
        ...{ message: bell(delivery), delaySeconds: secondsUntil(delivery, now) },
        ...(hasGroups && { group: delivery.connection }),
      }));
      await send(deliveryQueue(marketplace), messages);
    }),
  );
}

const bell = ({ id }: Delivery): DeliveryDue => ({ deliveryId: id });

function secondsUntil({ nextAttemptAt }: Delivery, now: Date): number {
  if (!nextAttemptAt) return 0;
  return Math.max(0, (Date.parse(nextAttemptAt) - now.getTime()) / 1000);
}

/** How many deliveries one message may ring for: a pusher works them together. */
export const RUNG_TOGETHER = 10;

/** Rings for deliveries of one connection by id, each when it is due; those of the same second share a message. */
export async function ringAt(
  due: ReadonlyArray<{ id: string; at: string }>,
  { connection, marketplace }: Pick<Delivery, 'connection' | 'marketplace'>,
  now: Date,
  send = sendMessages,
  shared = sharesQueue,
): Promise<void> {
  const hasGroups = await shared(marketplace);
  const bySecond = Map.groupBy(due, ({ at }) => Math.max(0, Math.ceil((Date.parse(at) - now.getTime()) / 1000)));
  const messages = [...bySecond].flatMap(([delaySeconds, all]) =>
    chunksOf(all, RUNG_TOGETHER).map((together) => {
      const [deliveryId = '', ...others] = together.map(({ id }) => id);
      const message: DeliveryDue = { deliveryId, ...(others.length > 0 && { others }) };
      return { message, delaySeconds, ...(hasGroups && { group: connection }) };
    }),
  );
  await send(deliveryQueue(marketplace), messages);
}

/** Puts a dead delivery's message into its marketplace's dead-letter queue. */
export async function deadLetter(delivery: Delivery): Promise<void> {
  const { id, connection, action, order, cause, updatedAt } = delivery;
  const message: DeliveryDied = { deliveryId: id, connection, action, order, cause, diedAt: updatedAt };
  await sendMessage(deadLetterQueue(delivery.marketplace), { message, group: connection });
}
