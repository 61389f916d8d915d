import { compareText } from './canonical-json.ts';
import type { ShipmentEvent } from './order.ts';
import { mergeText } from './parcels.ts';

/** The events with those a shipper tells of: only ever added, one of each id, and never poorer than before. */
export function addEvents(
  known: readonly ShipmentEvent[],
  told: ReadonlyArray<Omit<ShipmentEvent, 'by'>>,
  by: string,
): { all: ShipmentEvent[]; added: ShipmentEvent[] } {
  const events = new Map(known.map((event) => [keyOf(event), event]));
  const before = new Set(events.keys());
  for (const event of told) {
    const key = keyOf({ id: event.id, by });
    events.set(key, mergeEvent(events.get(key), { ...event, by }));
  }
  const all = [...events.values()].sort(
    (a, b) => compareText(a.at, b.at) || compareText(a.by, b.by) || compareText(a.id, b.id),
  );
  return { all, added: all.filter((event) => !before.has(keyOf(event))) };
}

const keyOf = ({ id, by }: Pick<ShipmentEvent, 'id' | 'by'>): string => JSON.stringify([by, id]);

function mergeEvent(known: ShipmentEvent | undefined, told: ShipmentEvent): ShipmentEvent {
  const trackingNumber = mergeText(known?.trackingNumber, told.trackingNumber?.trim());
  const carrier = mergeText(known?.carrier, told.carrier);
  const description = mergeText(known?.description, told.description);
  return {
    id: told.id,
    by: told.by,
    type: mergeText(known?.type, told.type) ?? told.type,
    at: mergeText(known?.at, told.at) ?? told.at,
    ...(trackingNumber && { trackingNumber }),
    ...(carrier && { carrier }),
    ...(description && { description }),
  };
}
