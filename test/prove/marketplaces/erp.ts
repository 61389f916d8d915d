import { chance } from '#sandbox/aws/faults/chance';
import type { HubProcess } from '../../support/hub.ts';
import type { ShownOrder } from '../../support/shown.ts';
import type { Sold } from '../orders.ts';
import { CARRIER } from '../settings.ts';

const LOOK_EVERY_MS = 700;
const AT_ONCE = 20;
/** The share of fulfillments that are posted twice at the same moment, with the same key. */
const TWICE = 0.1;

/** The seller's own system: ships what the hub leaves to it, and posts each fulfillment until it is accepted. */
export function openErp(seed: number, hub: () => HubProcess) {
  const waiting: Sold[] = [];
  const shipped: Array<{ order: string; trackingNumber: string }> = [];
  const refused: string[] = [];
  let looking = false;

  /** Whether there is nothing left to do. */
  async function work(order: Sold): Promise<boolean> {
    const path = `/orders/${encodeURIComponent(order.id)}`;
    const found = await hub().send('GET', path);
    if (!found.ok) return false;
    const { status, paidAt } = (await found.json()) as ShownOrder;
    if (status === 'cancelled') return true;
    if (!paidAt) return false;
    const trackingNumber = `ERP${seed}X${order.index}`;
    const post = () =>
      hub().send(
        'POST',
        `${path}/fulfillments`,
        { carrier: CARRIER, trackingNumber },
        { 'idempotency-key': trackingNumber },
      );
    const copies = chance(seed, 'erp', order.index) < TWICE ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: copies }, post));
    if (answers.some(({ ok }) => ok)) shipped.push({ order: order.id, trackingNumber });
    // 409: the other copy is under way; a 5xx is temporary.
    else if (answers.every(({ status: code }) => code >= 500 || code === 409)) return false;
    else refused.push(`${order.id} ${answers.map((answer) => answer.status).join()}`);
    return true;
  }

  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    const batch = waiting.splice(0, AT_ONCE);
    // A hub that is down is asked again.
    const done = await Promise.all(batch.map((order) => work(order).catch(() => false)));
    waiting.push(...batch.filter((_, index) => !done[index]));
    looking = false;
  }, LOOK_EVERY_MS);

  return {
    sell: (order: Sold) => void waiting.push(order),
    shipped,
    refused,
    stop: () => clearInterval(timer),
  };
}
