import type { ShownDelivery, ShownOrder } from '../support/shown.ts';
import { INJECTED } from './settings.ts';
import type { World } from './world.ts';

export interface Replayed {
  delivery: string;
  at: number;
  /** A refusal the proof sent; credentials it refused; four attempts its faults took; nobody could tell, so it was looked up. */
  why: 'refused' | 'forbidden' | 'exhausted' | 'looked up';
}

export type Operator = ReturnType<typeof createOperator>;

/** The person who looks after the hub: replays what the proof itself made die or block, and nothing else. */
export function createOperator(world: World) {
  const replayed: Replayed[] = [];
  /** Nobody could tell whether the shop knows these parcels, and it does: there is nothing left to do. */
  const settled = new Set<string>();

  async function list(state: string): Promise<ShownDelivery[]> {
    return (await world.hub().get<{ deliveries: ShownDelivery[] }>(`/deliveries?state=${state}&limit=200`)).deliveries;
  }

  async function whyReplay(delivery: ShownDelivery): Promise<Replayed['why'] | undefined> {
    const { id, state, cause, attempts } = delivery;
    if (cause?.description.includes(INJECTED) && attempts.at(-1)?.outcome === 'refused')
      return state === 'blocked' ? 'forbidden' : 'refused';
    if (state === 'dead') return EXHAUSTED.test(cause?.code ?? '') ? 'exhausted' : undefined;
    if (cause?.code !== 'outcome_unknown') return undefined;
    if (!(await isTold(delivery))) return 'looked up';
    settled.add(id);
    return undefined;
  }

  /** As a person finds out: which parcel it is, and whether the shop shows it. */
  async function isTold({ order: orderId, subject }: ShownDelivery & { subject?: { fulfillment?: string } }) {
    const order = await world.hub().get<ShownOrder>(`/orders/${encodeURIComponent(orderId ?? '')}`);
    const parcel = order.fulfillments.find(({ id }) => id === subject?.fulfillment);
    return world.scopio
      .received()
      .fulfillments.some(
        ({ status, body }) =>
          status === 200 && (body as { tracking_number?: string }).tracking_number === parcel?.trackingNumber,
      );
  }

  return {
    replayed,
    settled,
    /** One look at what is dead or blocked. */
    async look(): Promise<void> {
      for (const delivery of [...(await list('dead')), ...(await list('blocked'))]) {
        const why = settled.has(delivery.id) ? undefined : await whyReplay(delivery);
        if (!why) continue;
        const at = Date.now();
        const answer = await world.hub().send('POST', `/deliveries/${delivery.id}/replay`, { reason: `prove: ${why}` });
        if (answer.ok) replayed.push({ delivery: delivery.id, at, why });
      }
    },
    /** Whether nothing is due, in hand, dead or blocked but what a person has settled. */
    async seesRest(): Promise<boolean> {
      for (const state of ['pending', 'leased', 'dead', 'blocked'])
        if ((await list(state)).some(({ id }) => !settled.has(id))) return false;
      return true;
    },
  };
}

const EXHAUSTED =
  /^(http_5\d\d|http_408|timeout|connection_lost|unreachable|worker_lost|unexpected_answer|internal_error)$/;
