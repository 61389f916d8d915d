/** The proof's clock: minutes become seconds, everything else is as deployed. */
export const CLOCK = {
  RETRY_LIMIT: 3,
  RETRY_INTERVAL_SECONDS: 5,
  SWEEP_INTERVAL_SECONDS: 1,
  HTTP_TIMEOUT_SECONDS: 2,
} as const;

/** A poll reads all that is open: often where that is little. */
export const pollIntervalSeconds = (orders: number): number => (orders > 100 ? 15 : 4);

/** SQS hands a message out again after this long, in place of six minutes. */
export const VISIBILITY_SECONDS = 8;

export const SHOP = 'shop';
export const SHED = 'shed';
export const SECRETS = {
  apiKey: 'prove-api-key',
  webhookSecret: 'prove-webhook-secret',
  accessToken: 'prove-access-token',
  userId: 'prove-user',
  urlSecret: 'prove-url-secret',
};

/** What every refusal says that the proof injects: a dead delivery with other words was not asked for. */
export const INJECTED = 'injected by the proof';
