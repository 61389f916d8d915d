import type { Delivery } from '#lib/deliveries/delivery';
import { transact } from '#lib/platform/table/table';
import { getEvent, type InboundEvent, type InboundState, type Message, putEvent } from './event.ts';

/** The deliveries an event opened, and as what it was recorded, if it was. Undefined: somebody else wrote first, decide again. */
export type Applied = { opened: readonly Delivery[]; state?: InboundState } | undefined;

export function eventOf(message: Message, became: Partial<InboundEvent> & Pick<InboundEvent, 'state'>): InboundEvent {
  return { ...message, order: null, error: null, note: null, recordedAt: new Date().toISOString(), ...became };
}

/** An event that causes nothing is recorded all the same. */
export async function recordOnly(message: Message, state: InboundState, rest: Partial<InboundEvent>): Promise<Applied> {
  await transact([putEvent(eventOf(message, { state, ...rest }))]);
  return { opened: [], state };
}

/** After a failed transaction: done if this very message stands (a second receipt of it), else worth another look. */
export async function alreadyRecorded(message: Message): Promise<Applied> {
  const event = await getEvent(message.id);
  const stands = event && !(message.remapped && event.state === 'unreadable');
  return stands ? { opened: [] } : undefined;
}
