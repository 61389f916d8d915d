import type {
  FunctionSpec,
  GuardedPartition,
  Pattern,
  QueueSpec,
  RouteSpec,
  ScheduleSpec,
  StreamSpec,
} from '#lib/platform/deployment-spec';
import { deadLetterQueue, deliveryQueue, ENDPOINT, INBOUND_QUEUE } from '#lib/platform/names';
import { marketplaces } from './marketplaces/registry.ts';

export * from '#lib/platform/deployment-spec';
export * from '#lib/platform/names';

/** A tick that could not start for this long is dropped: the next ones do the same. */
export const TICK_MAX_AGE_SECONDS = 60;

const READS = ['GetItem', 'BatchGetItem', 'Query'] as const;
/** Cursors, budgets and tokens are updated, never created or removed. */
const POLLS = [...READS, 'UpdateItem'] as const;
const WRITES = [...READS, 'PutItem', 'UpdateItem', 'ConditionCheckItem'] as const;
/** A replay removes its members as it releases them. */
const REPLAYS = [...WRITES, 'DeleteItem'] as const;
/** Whoever counts what is for sale removes reservations that a warehouse's own figure includes. */
const COUNTS = { RESERVED: ['DeleteItem'] } as const;
/** A receiver reads of the table which version of its secret is the present one. */
const LOOKS = { SECRET: ['GetItem'] } as const;
const WORK_SECONDS = 60;
const BATCH_SIZE = 10;
/**
 * What a million orders an hour keep busy when a marketplace comes back after six hours (docs/scale.md), with four
 * tenths of an account's thousand left for webhooks. What a smaller seller does not need costs nothing, as each
 * connection's rate limit turns away whatever exceeds it.
 */
const INGEST_CONCURRENCY = 60;
const PUSHER_CONCURRENCY = 104;
/** Invocations of all pushers together: with more marketplaces each has a smaller share. */
const PUSHERS_CONCURRENCY = 520;

const names = marketplaces.map(({ name }) => name);
const callers = marketplaces.filter(({ topics }) => topics.length > 0).map(({ name }) => name);
const naming = new Set(marketplaces.flatMap(({ name, naming }) => (naming ? [name] : [])));
/** Access tokens stand sealed in the table. */
const tokensOf = (name: string): GuardedPartition[] =>
  marketplaces.some((each) => each.name === name && each.keepsToken) ? ['TOKEN'] : [];

/** Each is a secret of its own, so that a function can be granted just one. */
export const secrets: ReadonlyArray<{ name: string; holds: string }> = [
  ...marketplaces.map(({ name, title }) => ({ name, holds: `Credentials of all ${title} connections` })),
  { name: ENDPOINT, holds: 'What endpoints are told with: their own secrets, and the keys of UCP order events' },
];

/** One invocation at a time tells an endpoint: more are for deliveries that endpoints refused. */
const NOTIFIER_CONCURRENCY = 20;
const rings = deliveryQueue(ENDPOINT);
const allDeliveryQueues = [...names, ENDPOINT].map(deliveryQueue);
const allDeadLetterQueues = [INBOUND_QUEUE, ...names, ENDPOINT].map(deadLetterQueue);

/** What a function has unless it says otherwise. */
const USUAL = { timeoutSeconds: WORK_SECONDS, memoryMb: 512 };
const specs: ReadonlyArray<Omit<FunctionSpec, keyof typeof USUAL> & Partial<FunctionSpec>> = [
  ...callers.map((name) => ({
    name: `webhook-${name}`,
    handler: `functions/webhooks/${name}.handler`,
    timeoutSeconds: 10,
    grants: {
      send: [INBOUND_QUEUE, ...(naming.has(name) ? [deliveryQueue(name)] : [])],
      secrets: [name],
      only: LOOKS,
    },
  })),
  ...names.map((name) => ({
    name: `poller-${name}`,
    handler: `functions/pollers/${name}.handler`,
    timeoutSeconds: 300,
    grants: { table: POLLS, guarded: tokensOf(name), send: [INBOUND_QUEUE], secrets: [name] },
  })),
  {
    name: 'ingest',
    handler: 'functions/ingest.handler',
    memoryMb: 1024,
    // `measure` tells it the URL of its own queue, of which it deletes messages that came again.
    grants: { table: WRITES, only: COUNTS, send: allDeliveryQueues, measure: [INBOUND_QUEUE] },
    recursion: 'allow',
  },
  ...names.map((name) => ({
    name: `pusher-${name}`,
    handler: `functions/pushers/${name}.handler`,
    // What it reads is ingested here, and a routing delivery rings the queue of the shipper it finds.
    grants: {
      table: WRITES,
      only: COUNTS,
      guarded: tokensOf(name),
      send: [...allDeliveryQueues, deadLetterQueue(name)],
      secrets: [name],
    },
    recursion: 'allow' as const,
  })),
  {
    name: 'sweeper',
    handler: 'functions/sweeper.handler',
    // It rings for more where a queue is short.
    grants: { table: REPLAYS, send: allDeliveryQueues, measure: allDeliveryQueues },
  },
  {
    name: 'publisher',
    handler: 'functions/publisher.handler',
    grants: { table: [...READS, 'PutItem', 'DeleteItem', 'BatchWriteItem'], send: [rings] },
  },
  {
    name: 'notifier',
    handler: 'functions/notifier.handler',
    grants: { table: WRITES, send: [rings, deadLetterQueue(ENDPOINT)], secrets: [ENDPOINT] },
    // It rings for whatever it has no time for, and for what an endpoint refused.
    recursion: 'allow',
  },
  {
    name: 'api',
    handler: 'functions/ops/api.handler',
    timeoutSeconds: 29,
    memoryMb: 1024,
    // What is admitted from the quarantine is verified here, and goes the way of any webhook; messages that crashed
    // their function go back to the queue they came from.
    grants: {
      table: REPLAYS,
      guarded: ['APIKEY', 'SESSION'],
      send: [INBOUND_QUEUE, ...allDeliveryQueues],
      redrive: allDeadLetterQueues,
      // It tries endpoints, and shows the public halves of UCP's keys.
      secrets: [...callers, ENDPOINT],
    },
  },
  {
    name: 'console',
    handler: 'functions/ops/console.handler',
    timeoutSeconds: 10,
    // It gets what it shows from the API; from the table it needs only the key that a session stands for.
    grants: { only: { APIKEY: ['GetItem'], SESSION: ['GetItem', 'PutItem', 'DeleteItem'] } },
  },
  {
    name: 'mcp',
    handler: 'functions/ops/mcp.handler',
    timeoutSeconds: 29,
    // Agents get from it what the API gives their keys: it has no rights of its own.
    grants: { api: true },
  },
];
export const functions: readonly FunctionSpec[] = specs.map((spec) => ({ ...USUAL, ...spec }));

export const queues: readonly QueueSpec[] = [
  {
    name: INBOUND_QUEUE,
    consumer: 'ingest',
    deadLetterQueue: deadLetterQueue(INBOUND_QUEUE),
    maximumConcurrency: INGEST_CONCURRENCY,
  },
  ...names.map((name) => ({
    name: deliveryQueue(name),
    consumer: `pusher-${name}`,
    deadLetterQueue: deadLetterQueue(name),
    maximumConcurrency: Math.min(PUSHER_CONCURRENCY, Math.floor(PUSHERS_CONCURRENCY / names.length)),
  })),
  {
    name: rings,
    consumer: 'notifier',
    deadLetterQueue: deadLetterQueue(ENDPOINT),
    maximumConcurrency: NOTIFIER_CONCURRENCY,
  },
].map((queue) => ({
  ...queue,
  batchSize: BATCH_SIZE,
  visibilityTimeoutSeconds: WORK_SECONDS * 6,
  maxReceiveCount: 5,
}));

const record = (sk: readonly string[], image?: Pattern): Pattern => ({
  dynamodb: { Keys: { sk: { S: sk } }, ...(image && { NewImage: image }) },
});

export const streams: readonly StreamSpec[] = [
  {
    consumer: 'publisher',
    filters: [
      record(['ORDER', 'PRODUCT']),
      record(['DELIVERY'], { state: { S: ['succeeded', 'blocked', 'dead'] } }),
      { eventName: ['REMOVE'], ...record(['DELIVERY']) },
    ],
    batchSize: 100,
    parallelizationFactor: 2,
    // An outage must lose nothing: what fails is retried for as long as the stream keeps it, which is a day.
    maximumRetryAttempts: 10_000,
    maximumRecordAgeSeconds: 23 * 3600,
    onFailureQueue: deadLetterQueue('publisher'),
  },
];

/**
 * How many of one marketplace's webhooks are let through: a million an hour. A stranger who floods a URL costs about 3
 * USD an hour then; larger sellers raise it (docs/scale.md), up to the account's 10,000 a second.
 */
export const WEBHOOKS_PER_SECOND = 300;
/** A limit with a burst of half a second's worth. */
export const webhookLimit = (requestsPerSecond: number) => ({
  requestsPerSecond,
  burst: Math.ceil(requestsPerSecond / 2),
});
const API_LIMIT = { requestsPerSecond: 100, burst: 200 };

export const routes: readonly RouteSpec[] = [
  // Greedy, so that a wrong topic, connection or number of segments all meet the same receiver and the same 401.
  ...callers.map((name) => ({
    route: `POST /webhooks/${name}/{path+}`,
    function: `webhook-${name}`,
    ...webhookLimit(WEBHOOKS_PER_SECOND),
  })),
  ...['ANY /console', 'ANY /console/{path+}', 'ANY /session', 'POST /session/{path+}'].map((route) => ({
    route,
    function: 'console',
    ...API_LIMIT,
  })),
  { route: 'ANY /mcp', function: 'mcp', ...API_LIMIT },
  { route: 'ANY /{path+}', function: 'api', ...API_LIMIT },
];

export const schedules: readonly ScheduleSpec[] = [
  // The clock ticks every minute; each connection's own interval decides whether it is polled.
  ...names.map((name) => ({
    name: `poll-${name}`,
    function: `poller-${name}`,
    everySeconds: 60,
    override: 'POLL_INTERVAL_SECONDS' as const,
  })),
  { name: 'sweep', function: 'sweeper', everySeconds: 60, override: 'SWEEP_INTERVAL_SECONDS' },
];
