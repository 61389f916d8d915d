/** The environment variables through which a function learns the physical names of what it may use. */
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

/** SQS holds a message back for 15 minutes at most; the sweeper rings for what is due later. */
export const MAX_DELAY_SECONDS = 900;

export const INBOUND_QUEUE = 'inbound';
/** What stands for a marketplace where the seller's own endpoints are meant: in deliveries, names of queues and secrets. */
export const ENDPOINT = 'endpoint';
export const deliveryQueue = (marketplace: string): string => `${marketplace}-deliveries`;
export const deadLetterQueue = (marketplace: string): string => `${marketplace}-dead-letters`;

/**
 * Partitions over which an index spreads what one connection has of one kind. A partition takes a thousand writes a
 * second, and half a million orders an hour at one connection write over four thousand (docs/scale.md). May grow, as
 * readers ask all of them, and never shrink.
 */
export const INDEX_SHARDS = 8;

/**
 * Partitions whose keys begin like this are for the functions alone that are granted them by name: keys of the API, which
 * open everything, sessions of people, and access tokens at marketplaces.
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
