import type { Names } from '../edges.ts';
import type { Change, Content, Sold } from '../orders.ts';

export interface Opening {
  seed: number;
  /** Where webhooks go: `<hooks>/<connection>/<topic>` behind the wire. */
  hooks: string;
  names: Names;
  /** An order was told of a parcel. */
  onTold(about: string): void;
}

/** A simulated marketplace that sells. It lives in the proof's process, so it outlives every kill of the hub. */
export interface Channel {
  url: string;
  /** Its entry of the connections file but the base URL, which is the wire's. */
  connection: { marketplace: string; path?: string; secrets: Record<string, string>; settings?: object };
  sell(order: Sold): void;
  change(order: Sold, what: Change): void;
  /** Tells of an order once more, where no poll would find what it is now. */
  remind?(order: Sold): void;
  /** Has a SKU that a shipper tells the stock of, where it is told of stock. */
  list?(sku: string): void;
  /** What it has now, by its own ids of the orders. */
  contents(): Map<string, Content>;
  /** The tracking numbers that it took, by the channel's id of the order, as often as it took them. */
  told(): Array<{ order: string; trackingNumber: string }>;
  /** An answer with what the proof puts into it; called only for lists and reads. */
  dress?(body: string, isLarge: (externalId: string) => boolean): string;
  stop(): Promise<void>;
}
