import type { ShownDelivery, ShownOrder } from '../support/shown.ts';
import { type ChannelId, INJECTED } from './settings.ts';
import type { World } from './world.ts';

export interface Replayed {
  delivery: string;
  at: number;
  /** A refusal the proof sent; credentials it refused; four attempts its faults took; nobody could tell, so it was looked up. */
  why: 'refused' | 'forbidden' | 'exhausted' | 'looked up';
}

export type Operator = ReturnType<typeof createOperator>;

type Shown = ShownDelivery & { subject?: { fulfillment?: string } };
type Word = { replay: Replayed['why'] } | { close: string };

/** The person who looks after the hub: replays and closes what the proof itself made die or block, and nothing else. */
export function createOperator(world: World) {
  const replayed: Replayed[] = [];
  const closed: Record<string, number> = {};

  const list = (state: string) => readAll<Shown>(world, 'deliveries', `state=${state}`);

  async function wordOn(delivery: Shown): Promise<Word | undefined> {
    const { state, cause, attempts } = delivery;
    if (cause?.description.includes(INJECTED) && attempts.at(-1)?.outcome === 'refused')
      return { replay: state === 'blocked' ? 'forbidden' : 'refused' };
    if (state === 'dead' && EXHAUSTED.test(cause?.code ?? '')) return { replay: 'exhausted' };
    if (cause?.code === 'outcome_unknown')
      return (await isTold(delivery)) ? { close: 'found done' } : { replay: 'looked up' };
    return closeChanged(delivery);
  }

  /** Whoever ships or sells takes it no more: it is done by hand there, as the buyer changed his mind too late. */
  function closeChanged({ order: id, action, cause }: Shown): Word | undefined {
    const order = world.sold.find((each) => each.id === id);
    if (!order?.change) return undefined;
    if (world.channels[order.channel].contents().get(order.externalId)?.cancelled)
      return { close: `${action} of a cancelled order` };
    const isTooLate =
      cause?.code === 'address_changed' || (order.change.what === 'quantity' && action !== 'fulfillment');
    return isTooLate ? { close: `${action} of a changed order` } : undefined;
  }

  /** As a person finds out: which parcel it is, and whether whoever sold the order shows it. */
  async function isTold({ order: id, subject }: Shown): Promise<boolean> {
    const order = await world.hub().get<ShownOrder>(`/orders/${encodeURIComponent(id ?? '')}`);
    const parcel = order.fulfillments.find((each) => each.id === subject?.fulfillment);
    const told = world.channels[order.connection as ChannelId].told();
    return told.some(({ trackingNumber }) => trackingNumber === parcel?.trackingNumber);
  }

  return {
    replayed,
    /** Closed by hand, by why. */
    closed,
    /** One look at what is dead or blocked. */
    async look(): Promise<void> {
      for (const delivery of [...(await list('dead')), ...(await list('blocked'))].filter(isTrouble)) {
        const word = await wordOn(delivery);
        if (!word) continue;
        const at = Date.now();
        const path = `/deliveries/${delivery.id}`;
        if ('replay' in word) {
          const asked = world.hub().send('POST', `${path}/replay`, { reason: `prove: ${word.replay}` });
          const answer = await asked.catch(() => undefined);
          // The answer to one that was done may be lost, with the hub or without.
          if (!answer || answer.ok || answer.status >= 500)
            replayed.push({ delivery: delivery.id, at, why: word.replay });
        } else {
          const answer = await world.hub().send('POST', `${path}/close`, { reason: `prove: ${word.close}` });
          if (answer.ok) closed[word.close] = (closed[word.close] ?? 0) + 1;
        }
      }
    },
    /** How many are due, in hand, dead or blocked. */
    async countOpen(): Promise<number> {
      const open = await Promise.all(['pending', 'leased', 'dead', 'blocked'].map(list));
      return open.flat().filter(isTrouble).length;
    },
  };
}

/** A placement that a cancellation stopped is dead, and as it should be. */
export const isTrouble = ({ state, cause }: ShownDelivery): boolean =>
  state !== 'succeeded' && cause?.code !== 'order_cancelled';

export async function readAll<T>({ hub }: World, plural: string, query: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await hub().get<Record<string, T[]> & { cursor?: string }>(`/${plural}?${query}&limit=200${more}`);
    rows.push(...(page[plural] ?? []));
    cursor = page.cursor;
  } while (cursor);
  return rows;
}

const EXHAUSTED =
  /^(http_5\d\d|http_408|timeout|connection_lost|unreachable|worker_lost|unexpected_answer|not_successful|internal_error)$/;
