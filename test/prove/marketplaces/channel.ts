import type { Names } from '../edges.ts';
import type { Change, Content, Sold } from '../orders.ts';

export interface Opening {
  seed: number;
  /** Where webhooks go, through the wire: `<hooks>/<connection>/<topic>`. */
  hooks: string;
  names: Names;
  /** An order was told of a parcel. */
  onTold(about: string): void;
}

/** A simulated sales channel. It lives in the proof's process and so survives every kill of the hub. */
export interface Channel {
  url: string;
  /** Its entry in the connections file, except the base URL, which is the wire's. */
  connection: { marketplace: string; path?: string; secrets: Record<string, string>; settings?: object };
  sell(order: Sold): void;
  change(order: Sold, what: Change): void;
  /** Tells of an order again, if no poll would find its present state. */
  remind?(order: Sold): void;
  /** Lists a SKU whose stock a shipper tells, if it is told stock. */
  list?(sku: string): void;
  /** Its orders' present content, by its own ids. */
  contents(): Map<string, Content>;
  /** The tracking numbers that it accepted, with its id of the order, as often as it accepted them. */
  told(): Array<{ order: string; trackingNumber: string }>;
  /** Adds the proof's content to an answer; called only for lists and reads. */
  dress?(body: string, isLarge: (externalId: string) => boolean): string;
  stop(): Promise<void>;
}
