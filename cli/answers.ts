import type { z } from 'zod';
import type { DeliveryBody } from '#lib/api/delivery-schema';
import type { OrderBody, OrderSummary as SummaryBody } from '#lib/api/order-schema';
import type { ReplayBody } from '#lib/api/replay-schema';
import type { Route } from '#lib/connections/connection';

/** What the hub answers, as far as the commands read it. */
export type Delivery = z.infer<typeof DeliveryBody>;
export type Replay = z.infer<typeof ReplayBody>;
export type Order = z.infer<typeof OrderBody>;
export type OrderSummary = z.infer<typeof SummaryBody>;

export interface Cause {
  marketplace: string;
  action: string;
  state: 'dead' | 'blocked';
  code: string;
  message: string;
  count: number;
  firstSeen: string;
  lastSeen: string;
  sample: Delivery;
  filter: Record<string, string>;
}

export interface ReplayDryRun {
  matched: number;
  complete: boolean;
  leftOut: number;
  sample: Delivery[];
  calls: Array<{ marketplace: string; connection: string; action: string; count: number; probedFirst: number }>;
}

export interface ReplayStarted {
  replayId: string;
  matched: number;
  released: number;
  state: Replay['state'];
}

export interface InboundEvent {
  id: string;
  connection: string;
  topic: string;
  receivedBy: string;
  receivedAt: string;
  recordedAt: string;
  state: string;
  order: string | null;
  error: { code: string; description: string } | null;
  note: string | null;
  body?: string;
  encoding?: 'utf8' | 'base64';
}

export interface DeadLetter {
  queue: string;
  source: string;
  id: string;
  kind: 'crashed' | 'died';
  sentAt: string;
  receives: number;
  delivery: { id: string; state: string } | null;
  event: { id: string; connection: string; topic: string } | null;
}

export interface Quarantined {
  id: string;
  connection: string;
  topic: string;
  receivedAt: string;
  size: number;
  admissible: boolean;
  admitted: { at: string; by: string } | null;
}

export interface Connection {
  id: string;
  marketplace: string;
  baseUrl: string;
  settings: Record<string, unknown>;
  pollIntervalSeconds: number;
  requestsPerMinute: number;
  poll: {
    lastPolledAt: string | null;
    nextPollAt: string | null;
    lastError: string | null;
    unfinished: boolean;
    backfill: { since: string; askedAt: string } | null;
  };
  misses: Array<{ firstByWebhook: number; firstByPoll: number; lateWebhooks: number; latenessSeconds: number }>;
}

/** One that the connections file no longer has. */
export interface RemovedConnection {
  id: string;
  marketplace: string;
  removedAt: string;
  deliveries: { pending: number; blocked: number; dead: number };
}

export interface Connections {
  connections: Connection[];
  removed: RemovedConnection[];
  routes: Route[];
}
