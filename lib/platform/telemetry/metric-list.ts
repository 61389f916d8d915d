interface MetricSpec {
  /** As CloudWatch names it. */
  unit: 'Count' | 'Milliseconds' | 'Seconds';
  /** In the order in which they are written, each with its values where those are fixed. */
  dimensions: Readonly<Record<string, 'any' | readonly string[]>>;
}

const OUTCOMES = ['succeeded', 'failed', 'unknown', 'throttled', 'refused'] as const;
const EVENT_STATES = ['applied', 'duplicate', 'unreadable'] as const;

/**
 * Every metric of the hub: functions emit them by this list, dashboard and alarms are drawn from it. Each combination of
 * dimensions that occurs costs 0.30 USD a month, so no connection, order or delivery is ever one.
 */
export const METRICS = {
  /** Webhooks by what they were answered: 200; 401; 400 or 413; 503. */
  Webhooks: {
    unit: 'Count',
    dimensions: { Marketplace: 'any', Result: ['accepted', 'unauthorized', 'invalid', 'unavailable'] },
  },
  /** Orders that a poll found before any webhook told of them. */
  OrdersMissedByWebhook: { unit: 'Count', dimensions: { Marketplace: 'any' } },
  /** Orders recorded for the first time. */
  OrdersReceived: { unit: 'Count', dimensions: { Marketplace: 'any' } },
  /** Inbound events by what became of them. */
  EventsIngested: { unit: 'Count', dimensions: { Marketplace: 'any', State: EVENT_STATES } },
  /** Members of bodies that came up for the first time, and such that stay away. */
  ShapeChanges: { unit: 'Count', dimensions: { Marketplace: 'any' } },
  Attempts: { unit: 'Count', dimensions: { Marketplace: 'any', Action: 'any', Outcome: OUTCOMES } },
  /** Deliveries that came to a stand: dead, or blocked until a person acts. */
  DeliveriesStopped: { unit: 'Count', dimensions: { Marketplace: 'any', State: ['dead', 'blocked'] } },
  /** From the opening of a push, as its event was applied, to its success. */
  DeliveryLatency: { unit: 'Milliseconds', dimensions: { Marketplace: 'any' } },
  /** Messages that a consumer of a queue reported as failed: each is received again. */
  MessagesFailed: { unit: 'Count', dimensions: { Function: 'any' } },
  /** Commits that the publisher could not tell as changes: `longshore changes rebuild` does. */
  RecordsPassedOver: { unit: 'Count', dimensions: {} },
  /** Deliveries that asked whether a connection that is away is back: one a minute, for as long as it is. */
  AskedWhetherBack: { unit: 'Count', dimensions: { Marketplace: 'any' } },
  /** How much longer than its interval a connection has not been polled to the end; 0 while it is on time. */
  PollerLag: { unit: 'Seconds', dimensions: { Marketplace: 'any' } },
  /** Connections whose webhooks were no longer registered at their marketplace, repaired or not. */
  WebhooksLost: { unit: 'Count', dimensions: { Marketplace: 'any' } },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;

type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : string;

/** The dimensions that a metric is to be given, all of them. */
export type DimensionsOf<Name extends MetricName> = {
  [Key in keyof (typeof METRICS)[Name]['dimensions']]: ValueOf<(typeof METRICS)[Name]['dimensions'][Key]> & string;
};
