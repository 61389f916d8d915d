import type { Names } from '../edges.ts';
import type { Item } from '../orders.ts';

export interface ShipperOpening {
  seed: number;
  hooks: string;
  names: Names;
  /** In how many parcels an order leaves. */
  parcelsOf(about: string): number;
  later(ms: number, run: () => void): void;
}

/** The hub's id of an order in the code of a placement: a second one, or a second try, has a number behind it. */
export const hubIdOf = (code: string): string => code.replace(/(~[\d.]+)+$/, '');

/** A placement that it took: its own code, the order by the hub's id, its pieces. */
interface Placed {
  code: string;
  order: string;
  items: Item[];
}

/** A simulated marketplace that ships what was placed there. */
export interface Shipper {
  url: string;
  connection: { marketplace: string; path?: string; secrets: Record<string, string>; settings?: object };
  /** Whose stock it tells. */
  skus(): string[];
  placed(): Placed[];
  /** Placements that were refused because the order was there already, in words. */
  triedTwice(): string[];
  shipped(): Array<{ order: string; trackingNumber: string }>;
  /** A parcel has arrived, where it tells of that. */
  deliver?(about: string, notify: boolean): void;
  stop(): Promise<void>;
}

/** Ships soon after it was placed: within a second. */
export const SHIPS_WITHIN_MS = 900;
