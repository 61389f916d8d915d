import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createDialects, type Dialect } from './dialects.ts';
import type { Failure } from './fault-hooks.ts';
import { createFaults } from './faults.ts';
import { openStore } from './store.ts';
import type { WebhookOptions, WebhookSender } from './webhook-sender.ts';

/** What happens at a sandbox, for the simulated people of the proof to act on. */
export type SandboxEvent =
  | { type: 'order.created' | 'order.paid'; orderId: string; partnerOrderCode: string }
  | { type: 'order.received'; orderId: number; number: string }
  | { type: 'order.fulfilled'; orderId: string }
  | { type: 'delivery.added'; orderId: number };

/** What every marketplace's sandbox can be started with. */
export interface SandboxOptions extends WebhookOptions {
  /** 0 or absent: any free port of the loopback interface; null: no port, only `fetch`. */
  port?: number | null | undefined;
  /** A folder for what must survive a stop or crash; without it, everything is in memory. */
  dataDir?: string | undefined;
  /** The file's name in `dataDir`; each account needs its own. */
  name?: string | undefined;
  now?: (() => Date) | undefined;
  requestsPerMinute?: number | undefined;
  onEvent?: ((event: SandboxEvent) => void) | undefined;
}

/** What the parts of one sandbox share. */
export type Base = ReturnType<typeof createBase>;

/** What a vendor's sandbox adds to the shared server. */
export interface Vendor {
  failure: Failure;
  /** Requests with the same key share a rate limit. */
  rateKey(request: FastifyRequest): string;
  /** Absent: as the options say; null: the vendor limits by itself. */
  requestsPerMinute?: number | null;
  webhooks: WebhookSender;
  routes(app: FastifyInstance): void;
  control(app: FastifyInstance): void;
  /** For `GET /_sandbox`. */
  summary(): Record<string, unknown>;
  /** Called after all data was dropped. */
  onReset?(): void;
  onStop?(): void;
}

/** Opens the store and the switchboard of faults. */
export function createBase(
  marketplace: string,
  options: SandboxOptions,
  dialects: Readonly<Record<string, Dialect>> = {},
) {
  const now = options.now ?? (() => new Date());
  /** The vendor's routes as `METHOD /path`, filled while they are registered. */
  const endpoints: string[] = [];
  const file = options.dataDir ? join(options.dataDir, `${options.name ?? marketplace}.jsonl`) : undefined;
  const store = openStore(file);
  return {
    ...{ marketplace, options, store, now, endpoints },
    emit: (event: SandboxEvent) => options.onEvent?.(event),
    faults: createFaults(() => endpoints),
    dialects: createDialects(store, dialects),
  };
}
