import { type Delivery, KINDS, OUTCOMES, STATES } from '#lib/deliveries/delivery';
import type { CauseGroup } from '#lib/deliveries/failures';
import { getAttempts } from '#lib/deliveries/ledger';
import { type DeliveryFilter, isDelayed } from '#lib/deliveries/list';
import * as z from '#lib/platform/zod';
import { optionalParam, since, until } from './kit/lists.ts';
import { Timestamp, TraceId, traceIdOf } from './kit/members.ts';
import { doc, named } from './kit/meta.ts';
import { LineQuantity } from './order-schema.ts';

export const Kind = named('DeliveryKind', z.enum(KINDS));
export const State = named('DeliveryState', z.enum(STATES));

const AttemptBody = named(
  'Attempt',
  z.object({
    number: doc(z.int(), { description: 'Counts on through replays; throttled ones count too.' }),
    startedAt: Timestamp,
    endedAt: Timestamp,
    outcome: z.enum(OUTCOMES),
    httpStatus: z.optional(z.int()),
    code: z.optional(z.string()),
    description: doc(z.optional(z.string()), {
      description: "The remote's own words, capped; of a request that succeeded, what it made.",
    }),
    nextAttemptAt: z.nullable(Timestamp),
  }),
  {
    example: {
      number: 1,
      startedAt: '2026-11-20T08:15:02.000Z',
      endedAt: '2026-11-20T08:15:03.000Z',
      outcome: 'failed',
      httpStatus: 503,
      code: 'http_503',
      description: 'Service Unavailable',
      nextAttemptAt: '2026-11-20T08:20:02.000Z',
    },
  },
);

const Failure = z.nullable(z.object({ code: z.string(), description: z.string() }));

const Closed = named(
  'Closing',
  z.object({
    by: doc(z.string(), { description: "The API key's name." }),
    reason: z.string(),
    at: Timestamp,
    was: z.enum(['dead', 'blocked']),
    cause: Failure,
  }),
);

export const DeliveryBody = named(
  'Delivery',
  z.object({
    id: doc(z.string(), { example: 'dlv_5be1f6c2a93d70418f26' }),
    kind: Kind,
    action: doc(z.string(), {
      description:
        '`order` places, `fulfillment` reports, `route` finds who ships; else the name of a fetch or a request.',
      example: 'fulfillment',
    }),
    connection: doc(z.string(), { example: 'scopio-main' }),
    marketplace: doc(z.string(), { example: 'scopio' }),
    order: doc(z.nullable(z.string()), { example: 'scopio-main:ord_8f3a' }),
    shipBy: doc(z.nullable(Timestamp), { description: 'By when its order must leave, where that is known.' }),
    late: doc(z.boolean(), {
      description: 'It is not done, and `shipBy` has passed or will have before the next attempt.',
    }),
    subject: doc(
      z.object({
        lineItems: z.optional(z.array(LineQuantity)),
        fulfillment: z.optional(z.string()),
        resource: z.optional(z.string()),
        placement: z.optional(z.string()),
        sku: z.optional(z.string()),
        input: z.optional(z.unknown()),
        about: z.optional(z.string()),
        after: z.optional(z.array(z.string())),
      }),
      {
        description:
          'What it is about, by action: lines to place, a fulfillment to report, a resource to fetch, a placement to cancel, a SKU whose stock is told, what was asked of a marketplace; `about` tells follow-ups of one action apart; `after` names deliveries that must succeed first.',
      },
    ),
    state: State,
    cause: doc(Failure, {
      description: 'Why it is dead, blocked or waiting.',
      example: { code: 'http_422', description: 'unknown carrier' },
    }),
    waitsFor: doc(z.nullable(z.enum(['connection', 'routes', 'order', 'operator'])), {
      description: 'What has to change before a blocked delivery runs again by itself.',
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    nextAttemptAt: z.nullable(Timestamp),
    attemptCount: z.int(),
    traceId: TraceId,
    attempts: doc(z.array(AttemptBody), { description: 'Oldest first.' }),
    closed: doc(z.union([Closed, z.null()]), { description: 'Who closed it last, why, and what it was until then.' }),
  }),
);

/** The members a list and a replay select deliveries by; unknown ones are refused by name. */
export const filterShape = {
  state: optionalParam(State),
  kind: optionalParam(Kind),
  connection: doc(optionalParam(z.string()), { type: 'string' }),
  marketplace: doc(optionalParam(z.string()), { type: 'string', example: 'scopio' }),
  action: doc(optionalParam(z.string()), { type: 'string', example: 'fulfillment' }),
  order: doc(optionalParam(z.string()), { type: 'string', description: "An order's id." }),
  cause: doc(optionalParam(z.string()), { type: 'string', description: "The cause's code.", example: 'http_503' }),
  message: doc(optionalParam(z.string().check(z.maxLength(500))), {
    type: 'string',
    description: 'What the cause says. Ids, numbers, quoted values and dates (or `…`) in it stand for any others.',
    example: 'order … cannot be fulfilled',
  }),
  since: doc(since, { description: 'Created at or after this instant.' }),
  until: doc(until, { description: 'Created at or before this instant.' }),
};

/** A delivery as callers see it, with its attempts read beside it. */
export async function presentDelivery(delivery: Delivery): Promise<z.infer<typeof DeliveryBody>> {
  const attempts = (await getAttempts(delivery)).map(({ told: _told, ...attempt }) => attempt);
  const { id, kind, action, connection, marketplace, order, subject, state, cause, waitsFor } = delivery;
  const { createdAt, updatedAt, nextAttemptAt, attemptCount } = delivery;
  return {
    ...{ id, kind, action, connection, marketplace, order, subject, state, cause, waitsFor },
    ...{ createdAt, updatedAt, nextAttemptAt, attemptCount, attempts },
    shipBy: delivery.shipBy ?? null,
    late: isDelayed(delivery),
    closed: delivery.closed ?? null,
    traceId: traceIdOf(delivery),
  };
}

export const presentDeliveries = (deliveries: readonly Delivery[]) => Promise.all(deliveries.map(presentDelivery));

/** A filter as it is kept and shown; what callers send is read more strictly. */
export const FilterBody = named(
  'DeliveryFilter',
  z.object({
    state: z.optional(State),
    kind: z.optional(Kind),
    connection: z.optional(z.string()),
    marketplace: z.optional(z.string()),
    action: z.optional(z.string()),
    order: z.optional(z.string()),
    cause: z.optional(z.string()),
    message: z.optional(z.string()),
    since: z.optional(Timestamp),
    until: z.optional(Timestamp),
  }),
);

export const CauseBody = named(
  'Cause',
  z.object({
    marketplace: doc(z.string(), { example: 'scopio' }),
    action: doc(z.string(), { example: 'fulfillment' }),
    state: z.enum(['dead', 'blocked']),
    code: doc(z.string(), { example: 'http_422' }),
    message: doc(z.string(), {
      description: 'What was said, with `…` for ids, numbers, quoted values and dates: one reason is one group.',
      example: 'order … cannot be fulfilled',
    }),
    count: z.int(),
    firstSeen: doc(Timestamp, { description: 'When the first of them failed.' }),
    lastSeen: Timestamp,
    sample: DeliveryBody,
    filter: doc(FilterBody, { description: 'Replays this group: the `filter` of POST /deliveries/replay.' }),
  }),
);

export function presentFilter(filter: DeliveryFilter): z.infer<typeof FilterBody> {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

export const presentCause = async ({ sample, filter, ...group }: CauseGroup): Promise<z.infer<typeof CauseBody>> => ({
  ...group,
  sample: await presentDelivery(sample),
  filter: presentFilter(filter),
});

export const Close = named(
  'DeliveryClosing',
  z.strictObject({
    reason: doc(z.string().check(z.trim(), z.minLength(1), z.maxLength(500)), {
      description: 'Kept on record beside who closed it.',
    }),
    remoteId: doc(z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(200))), {
      description:
        'The id that the marketplace gave it: later events find their order by it. Of a placement, or of a request about an order.',
    }),
  }),
  { example: { reason: 'order 5021 stands in their panel', remoteId: '5021' } },
);
