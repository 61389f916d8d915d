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

/** The hub's order id in a placement's code, which has a number at its end for second placements and second tries. */
export const hubIdOf = (code: string): string => code.replace(/(~[\d.]+)+$/, '');

/** An accepted placement: its code, the hub's id of the order, its pieces. */
interface Placed {
  code: string;
  order: string;
  items: Item[];
}

/** A simulated marketplace that ships what was placed there. */
export interface Shipper {
  url: string;
  connection: { marketplace: string; path?: string; secrets: Record<string, string>; settings?: object };
  /** The SKUs whose stock it tells. */
  skus(): string[];
  placed(): Placed[];
  /** Placements that it refused because it had the order already, in words. */
  triedTwice(): string[];
  shipped(): Array<{ order: string; trackingNumber: string }>;
  /** A parcel has arrived, if it tells of that. */
  deliver?(about: string, notify: boolean): void;
  stop(): Promise<void>;
}

/** It ships within a second of the placement. */
export const SHIPS_WITHIN_MS = 900;
