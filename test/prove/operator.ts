import type { ShownDelivery, ShownOrder } from '../support/shown.ts';
import { type ChannelId, INJECTED } from './settings.ts';
import type { World } from './world.ts';

export interface Replayed {
  delivery: string;
  at: number;
  /**
   * A refusal or failing credentials from the proof; four attempts that its faults used up; or a lookup, as nobody
   * could tell.
   */
  why: 'refused' | 'forbidden' | 'exhausted' | 'looked up';
}

export type Operator = ReturnType<typeof createOperator>;

type Shown = ShownDelivery & { subject?: { fulfillment?: string } };
type Word = { replay: Replayed['why'] } | { close: string };

/** The person in charge of the hub: replays and closes only what the proof itself made die or block. */
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

  /** A remote refuses it for good, as the buyer changed it too late: the person does it there by hand. */
  function closeChanged({ order: id, action, cause }: Shown): Word | undefined {
    const order = world.sold.find((each) => each.id === id);
    if (!order?.change) return undefined;
    if (world.channels[order.channel].contents().get(order.externalId)?.cancelled)
      return { close: `${action} of a cancelled order` };
    const isTooLate =
      cause?.code === 'address_changed' || (order.change.what === 'quantity' && action !== 'fulfillment');
    return isTooLate ? { close: `${action} of a changed order` } : undefined;
  }

  /** What a person would find out: which parcel it is, and whether the sales channel shows it. */
  async function isTold({ order: id, subject }: Shown): Promise<boolean> {
    const order = await world.hub().get<ShownOrder>(`/orders/${encodeURIComponent(id ?? '')}`);
    const parcel = order.fulfillments.find((each) => each.id === subject?.fulfillment);
    const told = world.channels[order.connection as ChannelId].told();
    return told.some(({ trackingNumber }) => trackingNumber === parcel?.trackingNumber);
  }

  return {
    replayed,
    /** Deliveries closed by hand, by reason. */
    closed,
    /** Looks once at what is dead or blocked. */
    async look(): Promise<void> {
      for (const delivery of [...(await list('dead')), ...(await list('blocked'))].filter(isTrouble)) {
        const word = await wordOn(delivery);
        if (!word) continue;
        const at = Date.now();
        const path = `/deliveries/${delivery.id}`;
        if ('replay' in word) {
          const asked = world.hub().send('POST', `${path}/replay`, { reason: `prove: ${word.replay}` });
          const answer = await asked.catch(() => undefined);
          // A replay that was done may have no answer, with the hub alive or killed.
          if (!answer || answer.ok || answer.status >= 500)
            replayed.push({ delivery: delivery.id, at, why: word.replay });
        } else {
          const answer = await world.hub().send('POST', `${path}/close`, { reason: `prove: ${word.close}` });
          if (answer.ok) closed[word.close] = (closed[word.close] ?? 0) + 1;
        }
      }
    },
    /** How many are pending, leased, dead or blocked. */
    async countOpen(): Promise<number> {
      const open = await Promise.all(['pending', 'leased', 'dead', 'blocked'].map(list));
      return open.flat().filter(isTrouble).length;
    },
  };
}

/** A placement stopped by a cancellation is rightly dead. */
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
