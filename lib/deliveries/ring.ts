import type { DeliveryDied } from '#events/delivery-died';
import type { DeliveryDue } from '#events/delivery-due';
import { sendMessage, sendMessages } from '#lib/aws/queue';
import { compareShipBy } from '#lib/orders/ship-by';
import { deadLetterQueue, deliveryQueue } from '#lib/topology-names';
import type { Delivery } from './delivery.ts';

/**
 * Tells the pushers to look at these deliveries, each when it is due, and those first whose orders must leave first.
 * A lost ring is the sweeper's to repeat.
 */
export async function ring(deliveries: readonly Delivery[], now = new Date()): Promise<void> {
  const byQueue = Map.groupBy(
    deliveries.filter(({ state }) => state === 'pending' || state === 'leased').sort(compareShipBy),
    ({ marketplace }) => deliveryQueue(marketplace),
  );
  await Promise.all(
    [...byQueue].map(([queue, due]) =>
      sendMessages(
        queue,
        due.map((delivery) => ({
          message: bell(delivery),
          delaySeconds: secondsUntil(delivery, now),
          group: delivery.connection,
        })),
      ),
    ),
  );
}

const bell = ({ id }: Delivery): DeliveryDue => ({ deliveryId: id });

function secondsUntil({ nextAttemptAt }: Delivery, now: Date): number {
  if (!nextAttemptAt) return 0;
  return Math.max(0, (Date.parse(nextAttemptAt) - now.getTime()) / 1000);
}

/** A dead delivery's message in its marketplace's dead-letter queue. */
export async function deadLetter(delivery: Delivery): Promise<void> {
  const { id, connection, action, order, cause, updatedAt } = delivery;
  const message: DeliveryDied = { deliveryId: id, connection, action, order, cause, diedAt: updatedAt };
  await sendMessage(deadLetterQueue(delivery.marketplace), { message, group: connection });
}
