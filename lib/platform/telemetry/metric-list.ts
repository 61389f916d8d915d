interface MetricSpec {
  /** As CloudWatch names it; a count if absent. */
  unit?: 'Milliseconds' | 'Seconds';
  /** In the order they are written, each with its values where those are fixed. */
  dimensions: Readonly<Record<string, 'any' | readonly string[]>>;
  /**
   * With `WATCH=lean`, emitted only if one of its alarms reads it: `sum` without dimensions, `each` with all of them,
   * `only` for these values.
   */
  lean?: 'sum' | 'each';
  only?: Readonly<Record<string, string>>;
}

const OUTCOMES = ['succeeded', 'failed', 'unknown', 'throttled', 'refused'] as const;
const OF_MARKETPLACE = { Marketplace: 'any' } as const;
const EVENT_STATES = ['applied', 'duplicate', 'unreadable'] as const;

/**
 * Every metric of the hub: functions emit by this list, and the dashboard and alarms are made from it. Each combination
 * of dimensions that occurs costs 0.30 USD a month, so no connection, order or delivery is ever a dimension.
 */
export const METRICS = {
  /** Webhooks by their answer: 200; 401; 400 or 413; 503. With `WATCH=lean` only of marketplaces that ship. */
  Webhooks: {
    dimensions: { ...OF_MARKETPLACE, Result: ['accepted', 'unauthorized', 'invalid', 'unavailable'] },
    lean: 'each',
    only: { Result: 'accepted' },
  },
  /** Orders that a poll found before any webhook told of them. */
  OrdersMissedByWebhook: { dimensions: OF_MARKETPLACE, lean: 'each' },
  /** Orders recorded for the first time. */
  OrdersReceived: { dimensions: OF_MARKETPLACE, lean: 'each' },
  /** Inbound events by what became of them. */
  EventsIngested: { dimensions: { ...OF_MARKETPLACE, State: EVENT_STATES } },
  /** Members of bodies that appeared for the first time, and those that vanished. */
  ShapeChanges: { dimensions: OF_MARKETPLACE, lean: 'sum' },
  Attempts: {
    dimensions: { ...OF_MARKETPLACE, Action: 'any', Outcome: OUTCOMES },
    lean: 'each',
    only: { Action: 'order', Outcome: 'succeeded' },
  },
  /** Deliveries that stopped: dead, or blocked until a person acts. */
  DeliveriesStopped: {
    dimensions: { ...OF_MARKETPLACE, State: ['dead', 'blocked'] },
    lean: 'sum',
    only: { State: 'blocked' },
  },
  /** From the opening of a push, when its event was applied, to its success. */
  DeliveryLatency: { unit: 'Milliseconds', dimensions: OF_MARKETPLACE },
  /** Messages that a queue's consumer reported as failed: each is received again. */
  MessagesFailed: { dimensions: { Function: 'any' }, lean: 'sum' },
  /** Commits that the publisher could not turn into changes: `longshore changes rebuild` does. */
  RecordsPassedOver: { dimensions: {}, lean: 'sum' },
  /**
   * Once a minute for a connection that is away, when one of its deliveries asks whether it is back, and under the
   * marketplace `endpoint` for each endpoint that is paused.
   */
  Away: { dimensions: OF_MARKETPLACE, lean: 'sum' },
  /** How much longer than its interval a connection has not been polled to the end; 0 while it is on time. */
  PollerLag: { unit: 'Seconds', dimensions: OF_MARKETPLACE, lean: 'sum' },
  /** Connections whose webhooks were no longer registered at their marketplace, repaired or not. */
  WebhooksLost: { dimensions: OF_MARKETPLACE, lean: 'sum' },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;

export const unitOf = (name: MetricName): string => (METRICS[name] as MetricSpec).unit ?? 'Count';

/** A value's dimensions as they are emitted, in order; undefined for what a lean deployment does not emit. */
export function dimensionsOf(
  name: MetricName,
  given: Readonly<Record<string, string>>,
  isLean: boolean,
): Record<string, string> | undefined {
  const { dimensions, lean, only }: MetricSpec = METRICS[name];
  if (isLean) {
    if (!lean || Object.entries(only ?? {}).some(([key, value]) => given[key] !== value)) return undefined;
    if (lean === 'sum') return {};
  }
  return Object.fromEntries(Object.keys(dimensions).map((key) => [key, given[key] ?? '']));
}

type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : string;

/** The dimensions that a metric takes, all of them. */
export type DimensionsOf<Name extends MetricName> = {
  [Key in keyof (typeof METRICS)[Name]['dimensions']]: ValueOf<(typeof METRICS)[Name]['dimensions'][Key]> & string;
};
