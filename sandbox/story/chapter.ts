import type { Hub, ShownOrder } from './hub-client.ts';

/** One order's way from the sales channel to the shipper and back. */
export interface Chapter {
  channel: string;
  shipper: string;
  /** How the hub learns of the order. */
  opening: string;
  /** The chapter's order: bought at an earlier start, or now. */
  buy(): { id: string; isNew: boolean };
  /** What the seller does once the hub has the order. */
  ship?(hub: Hub, order: ShownOrder): Promise<void>;
  /** The type of the timeline entry that ends the chapter. */
  end: string;
}

/** The order that is known from an earlier start, or one that is placed now. */
export function buy(connection: string, known: string | number | undefined, place: () => string | number | undefined) {
  return { id: `${connection}:${known ?? place()}`, isNew: known === undefined };
}
