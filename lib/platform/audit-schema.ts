import { Decision } from './decision.ts';
import * as z from './zod.ts';

/** What a person did; each act is written in the transaction that does it. */
export const Act = z.extend(Decision, {
  id: z.string(),
  act: z.enum([
    'replay.started',
    'replay.cancelled',
    'replay.resumed',
    'delivery.closed',
    'webhooks.admitted',
    'events.remapped',
    'address.corrected',
    'order.routed',
    'order.restored',
    'return.posted',
    'key.created',
    'key.revoked',
    'ucp.key_rotated',
    'connections.put',
    'endpoint.tested',
    'endpoint.paused',
    'endpoint.resumed',
    'endpoint.added',
    'endpoint.rotated',
    'endpoint.removed',
    'order.revealed',
    'event.revealed',
    'event.set_aside',
    'buyer.exported',
    'buyer.erased',
  ]),
  /** The id of what was acted on; of a key, its name. */
  about: z.nullable(z.string()),
  /** Ids, names of members and the like: nothing of a buyer. */
  detail: z.record(z.string(), z.unknown()),
});
export type Act = z.infer<typeof Act>;
