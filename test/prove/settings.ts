/** The proof's clock: minutes become seconds, everything else is as deployed. */
export const CLOCK = {
  RETRY_LIMIT: 3,
  RETRY_INTERVAL_SECONDS: 5,
  SWEEP_INTERVAL_SECONDS: 3,
  HTTP_TIMEOUT_SECONDS: 2,
} as const;

/** A poll reads all that is open: often where that is little. */
export const pollIntervalSeconds = (orders: number): number =>
  orders > 5000 ? 60 : orders > 1000 ? 30 : orders > 100 ? 15 : 4;

/** SQS hands a message out again after this long, in place of six minutes: not before its function has had its time. */
export const VISIBILITY_SECONDS = 65;

/** The connections: three that sell and two that ship; what the seller ships himself is the ERP's. */
export const SHOP = 'shop';
export const MARKET = 'market';
export const STORE = 'store';
export const SHED = 'shed';
export const SUPPLY = 'supply';
export const ERP = 'erp';
export const CHANNELS = [SHOP, MARKET, STORE] as const;
export const SHIPPERS = [SHED, SUPPLY] as const;

export type ChannelId = (typeof CHANNELS)[number];
export type ShipperId = (typeof SHIPPERS)[number];
export type ConnectionId = ChannelId | ShipperId;

export const GENEROUS = 1_000_000;
export const URL_SECRET = 'prove-url-secret';

/** A carrier that all five know. */
export const CARRIER = 'UPS';

/** What every refusal says that the proof injects: a dead delivery with other words was not asked for. */
export const INJECTED = 'injected by the proof';
