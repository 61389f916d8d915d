import type { Route } from '#lib/connections/connection';
import type { Chapter } from '../story/chapter.ts';
import type { Listening } from './server.ts';

/** How a simulated marketplace takes part in the local hub. */
export interface LocalMarketplace {
  marketplace: string;
  /** The id of the hub's connection to it. */
  connection: string;
  /** Which orders it ships, if any. */
  ships?: ReadonlyArray<Omit<Route, 'to'>>;
  start(options: StartOptions): Promise<Started>;
}

interface StartOptions {
  port: number;
  dataDir: string;
  /** The hub's URL for a topic of this connection. */
  hook(topic: string): string;
}

export interface Started {
  sandbox: Listening;
  /** What the hub needs to call it. */
  connection: {
    baseUrl: string;
    secrets: Record<string, string>;
    settings?: Record<string, unknown>;
    requestsPerMinute?: number;
  };
  /** Its part of the story that `npm start` tells, if it sells. */
  chapter?: Chapter;
}

/** The last segment of URLs that have no other proof. Like all secrets of the sandbox, it protects nothing. */
export const URL_SECRET = 'sandbox-url-secret';

/** How long after an order was placed a simulated shipper ships it. */
export const SHIP_AFTER_MS = 400;
