/** The environment variables that tell a function the physical names of what it may use. */
export const envName = {
  table: 'TABLE_NAME',
  metricNamespace: 'METRIC_NAMESPACE',
  /** `lean` or `full`: which metrics are emitted. */
  watch: 'WATCH',
  publicUrl: 'PUBLIC_URL',
  apiUrl: 'API_URL',
  queueUrl: (queue: string): string => `QUEUE_URL_${queue.toUpperCase().replaceAll('-', '_')}`,
  secretId: (secret: string): string => `SECRET_ID_${secret.toUpperCase().replaceAll('-', '_')}`,
};

/** SQS delays a message by 15 minutes at most; the sweeper rings for what is due later. */
export const MAX_DELAY_SECONDS = 900;

export const INBOUND_QUEUE = 'inbound';
/** Used in place of a marketplace for the seller's own endpoints: in deliveries, names of queues and secrets. */
export const ENDPOINT = 'endpoint';
export const deliveryQueue = (marketplace: string): string => `${marketplace}-deliveries`;
export const deadLetterQueue = (marketplace: string): string => `${marketplace}-dead-letters`;

/**
 * How many partitions of an index share one connection's items of a kind. A partition takes a thousand writes a second,
 * and half a million orders an hour at one connection write over four thousand (docs/scale.md). The number may grow, as
 * readers ask all of them, and never shrink.
 */
export const INDEX_SHARDS = 8;

/**
 * Partitions whose keys begin like this are only for functions that are granted them by name: API keys, which open
 * everything, people's sessions, and access tokens for marketplaces.
 */
export const GUARDED_PARTITIONS = ['APIKEY', 'SESSION', 'TOKEN'] as const;

/** The one table: two indexes, both keys only, and a TTL attribute. */
export const table = {
  name: 'longshore',
  ttl: 'expiresAt',
  indexes: {
    /** Everything of one kind and connection, by time of arrival. */
    byTime: { hashKey: 'timePk', rangeKey: 'timeSk' },
    /** Only what needs attention: due deliveries by due time, blocked and dead ones, open placements. */
    byState: { hashKey: 'statePk', rangeKey: 'stateSk' },
  },
} as const;
