import { z } from '@hono/zod-openapi';
import { type Delivery, DeliveryKind, DeliveryState, Outcome } from '#lib/deliveries/delivery';
import { getAttempts } from '#lib/deliveries/ledger';
import { isDelayed } from '#lib/deliveries/list';
import { optionalParam, since, Timestamp, until } from './list.ts';
import { LineQuantity } from './order-schema.ts';
import { TraceId, traceIdOf } from './trace-id.ts';

export const Kind = z.enum(DeliveryKind.options).openapi('DeliveryKind');
export const State = z.enum(DeliveryState.options).openapi('DeliveryState');

const AttemptBody = z
  .object({
    number: z.number().int().openapi({ description: 'Counts on through replays; throttled ones count too.' }),
    startedAt: Timestamp,
    endedAt: Timestamp,
    outcome: z.enum(Outcome.options),
    httpStatus: z.number().int().optional(),
    code: z.string().optional(),
    description: z
      .string()
      .optional()
      .openapi({ description: "The remote's own words, capped; of a request that succeeded, what it made." }),
    nextAttemptAt: Timestamp.nullable(),
  })
  .openapi('Attempt', {
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
  });

const Cause = z.object({ code: z.string(), description: z.string() }).nullable();

const Closed = z
  .object({
    by: z.string().openapi({ description: "The API key's name." }),
    reason: z.string(),
    at: Timestamp,
    was: z.enum(['dead', 'blocked']),
    cause: Cause,
  })
  .openapi('Closing');

export const DeliveryBody = z
  .object({
    id: z.string().openapi({ example: 'dlv_5be1f6c2a93d70418f26' }),
    kind: Kind,
    action: z.string().openapi({
      description:
        '`order` places, `fulfillment` reports, `route` finds who ships; else the name of a fetch or a request.',
      example: 'fulfillment',
    }),
    connection: z.string().openapi({ example: 'scopio-main' }),
    marketplace: z.string().openapi({ example: 'scopio' }),
    order: z.string().nullable().openapi({ example: 'scopio-main:ord_8f3a' }),
    shipBy: Timestamp.nullable().openapi({ description: 'By when its order must leave, where that is known.' }),
    late: z.boolean().openapi({
      description: 'It is not done, and `shipBy` has passed or will have before the next attempt.',
    }),
    subject: z
      .object({
        lineItems: z.array(LineQuantity).optional(),
        fulfillment: z.string().optional(),
        resource: z.string().optional(),
        placement: z.string().optional(),
        sku: z.string().optional(),
        input: z.unknown().optional(),
        about: z.string().optional(),
        after: z.array(z.string()).optional(),
      })
      .openapi({
        description:
          'What it is about, by action: lines to place, a fulfillment to report, a resource to fetch, a placement to cancel, a SKU whose stock is told, what was asked of a marketplace; `about` tells follow-ups of one action apart; `after` names deliveries that must succeed first.',
      }),
    state: State,
    cause: Cause.openapi({
      description: 'Why it is dead, blocked or waiting.',
      example: { code: 'http_422', description: 'unknown carrier' },
    }),
    waitsFor: z
      .enum(['connection', 'routes', 'order', 'operator'])
      .nullable()
      .openapi({ description: 'What has to change before a blocked delivery runs again by itself.' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    nextAttemptAt: Timestamp.nullable(),
    attemptCount: z.number().int(),
    traceId: TraceId,
    attempts: z.array(AttemptBody).openapi({ description: 'Oldest first.' }),
    closed: z
      .union([Closed, z.null()])
      .openapi({ description: 'Who closed it last, why, and what it was until then.' }),
  })
  .openapi('Delivery');

/** The members a list and a replay select deliveries by; unknown ones are refused by name. */
export const filterShape = {
  state: optionalParam(State),
  kind: optionalParam(Kind),
  connection: optionalParam(z.string()).openapi({ type: 'string' }),
  marketplace: optionalParam(z.string()).openapi({ type: 'string', example: 'scopio' }),
  action: optionalParam(z.string()).openapi({ type: 'string', example: 'fulfillment' }),
  order: optionalParam(z.string()).openapi({ type: 'string', description: "An order's id." }),
  cause: optionalParam(z.string()).openapi({ type: 'string', description: "The cause's code.", example: 'http_503' }),
  message: optionalParam(z.string().max(500)).openapi({
    type: 'string',
    description: 'What the cause says. Ids, numbers, quoted values and dates (or `…`) in it stand for any others.',
    example: 'order … cannot be fulfilled',
  }),
  since: since.openapi({ description: 'Created at or after this instant.' }),
  until: until.openapi({ description: 'Created at or before this instant.' }),
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
