/** The proof's clock: minutes become seconds, everything else is as deployed. */
export const CLOCK = {
  RETRY_LIMIT: 3,
  RETRY_INTERVAL_SECONDS: 5,
  SWEEP_INTERVAL_SECONDS: 3,
  HTTP_TIMEOUT_SECONDS: 2,
} as const;

/** A poll reads everything open, so it is frequent only if that is little. */
export const pollIntervalSeconds = (orders: number): number =>
  orders > 5000 ? 60 : orders > 1000 ? 30 : orders > 100 ? 15 : 4;

/**
 * SQS hands a message out again after this instead of six minutes; its function must have time to finish before that.
 */
export const VISIBILITY_SECONDS = 65;

/** The connections: three that sell and two that ship; the ERP has what the seller ships. */
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

/** Contained in every refusal from the proof: a dead delivery with other words is unexpected. */
export const INJECTED = 'injected by the proof';
