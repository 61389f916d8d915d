import type { ShownDelivery } from '../support/shown.ts';
import { INJECTED, SHED, SHOP } from './settings.ts';
import type { World } from './world.ts';

export interface Replayed {
  delivery: string;
  at: number;
  why: 'refused' | 'exhausted' | 'forbidden';
}

/** The person who looks after the hub: replays what the proof itself made die, and nothing else. */
export function createOperator(world: World) {
  const replayed: Replayed[] = [];
  return {
    replayed,
    /** One look at what is dead or blocked. */
    async look(): Promise<void> {
      for (const state of ['dead', 'blocked']) {
        const { deliveries } = await world
          .hub()
          .get<{ deliveries: ShownDelivery[] }>(`/deliveries?state=${state}&limit=200`);
        for (const delivery of deliveries) {
          const why = whyItMay(delivery);
          if (!why) continue;
          const at = Date.now();
          const answer = await world
            .hub()
            .send('POST', `/deliveries/${delivery.id}/replay`, { reason: `prove: ${why}` });
          if (answer.ok) replayed.push({ delivery: delivery.id, at, why });
        }
      }
    },
  };
}

const EXHAUSTED =
  /^(http_5\d\d|http_408|timeout|connection_lost|unreachable|worker_lost|unexpected_answer|internal_error)$/;

/** Why a delivery may have come to this: a refusal the proof sent, or four attempts that its faults took. */
function whyItMay({ connection, state, cause, attempts }: ShownDelivery): Replayed['why'] | undefined {
  if (connection !== SHOP && connection !== SHED) return undefined;
  if (cause?.description.includes(INJECTED) && attempts.at(-1)?.outcome === 'refused')
    return state === 'blocked' ? 'forbidden' : 'refused';
  return state === 'dead' && EXHAUSTED.test(cause?.code ?? '') ? 'exhausted' : undefined;
}
