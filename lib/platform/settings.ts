import { envName } from './names.ts';

/** A variable that the deployment must set; a missing one is a bug in the stacks, and named. */
function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

function positive(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number of zero or more, not "${text}"`);
  return value;
}

export const tableName = (): string => required(envName.table);
export const queueUrl = (queue: string): string => required(envName.queueUrl(queue));
export const secretId = (secret: string): string => required(envName.secretId(secret));

/** Where marketplaces and people reach the hub: its address without a slash at the end. */
export const publicUrl = (): string => required(envName.publicUrl);

/** The address of the hub's own API, for a function that has no other access to the ledger. */
export const apiUrl = (): string => required(envName.apiUrl);

/** Whether agents that call over HTTP may start replays. */
export const agentReplays = (): boolean => process.env.AGENT_REPLAYS === 'on';

/** Whether this hub runs on its user's machine, on emulators: then it may push to that machine. */
export const isLocalHub = (): boolean => process.env.LONGSHORE_EMULATED !== undefined;

export interface RetryPolicy {
  /** Retries after the first attempt. */
  limit: number;
  intervalSeconds: number;
  /** Seconds from the start of the n-th failed attempt to the next one, where the waits differ. */
  waitSeconds?(failures: number): number;
}

export const retryPolicy = (): RetryPolicy => ({
  limit: positive('RETRY_LIMIT', 3),
  intervalSeconds: positive('RETRY_INTERVAL_SECONDS', 300),
});

const NOTIFY_SCHEDULE = '0,4,60,300,900,3600,10800,21600,43200,86400';
/** The first attempt spread by jitter, by its index, so that many that failed together do not return together. */
const FIRST_JITTERED = 2;
const JITTER = 0.1;

/** The schedule for endpoints: the gap before each attempt, and up to a tenth more. */
export function notifyPolicy(random = Math.random): RetryPolicy {
  const gaps = (process.env.NOTIFY_SCHEDULE_SECONDS || NOTIFY_SCHEDULE).split(',').map(Number);
  if (gaps.some((gap) => !Number.isFinite(gap) || gap < 0))
    throw new Error('NOTIFY_SCHEDULE_SECONDS must be seconds such as 0,4,60');
  const waitSeconds = (failures: number): number =>
    (gaps[failures] ?? 0) * (failures >= FIRST_JITTERED ? 1 + JITTER * random() : 1);
  return { limit: gaps.length - 1, intervalSeconds: gaps[1] ?? 0, waitSeconds };
}

/** How long an endpoint may refuse or miss everything it is sent before it is paused. */
export const endpointPauseMs = (): number => positive('ENDPOINT_PAUSE_AFTER_SECONDS', 24 * 3600) * 1000;

export const sweepIntervalSeconds = (): number => positive('SWEEP_INTERVAL_SECONDS', 60);

/** When a connection counts as away, and how often one delivery then asks whether it is back. */
export const awayPolicy = () => ({
  afterFailures: positive('AWAY_AFTER_FAILURES', 20),
  afterMs: positive('AWAY_AFTER_SECONDS', 600) * 1000,
  askMs: positive('AWAY_PROBE_SECONDS', 60) * 1000,
});

/** Overrides every connection's own poll interval when set. */
export const pollIntervalSeconds = (ofConnection: number): number => positive('POLL_INTERVAL_SECONDS', ofConnection);

/** Longer than a pusher may run (60 s), so that a lease never ends under a live worker. Only tests set it. */
export const leaseSeconds = (): number => positive('LEASE_SECONDS', 90);

/** How long one call to a remote may take; a lease outlives several. */
export const httpTimeoutMs = (): number => positive('HTTP_TIMEOUT_SECONDS', 10) * 1000;

/** Days for which buyers' data are kept once an order is settled, and orders and deliveries as such; 0: for ever. */
export const retention = {
  buyerDays: () => positive('RETENTION_BUYER_DAYS', 365),
  orderDays: () => positive('RETENTION_ORDER_DAYS', 1095),
  /** Days for which the seller's requests are kept, which may name a buyer without an order: the lesser of both. */
  requestDays: (): number =>
    [retention.buyerDays(), retention.orderDays()].filter((days) => days > 0).sort((a, b) => a - b)[0] ?? 0,
  /** So many days, or the lesser of both where that is fewer: bodies and a remote's words may name a buyer, too. */
  atMost: (days: number): number => Math.min(days, retention.requestDays() || days),
};

/** Whether an instant is before the restore: some of what was done until then is not on record. */
export const isBeforeRestore = (instant: string): boolean =>
  process.env.RESTORED_AT !== undefined && Date.parse(instant) < Date.parse(process.env.RESTORED_AT);
