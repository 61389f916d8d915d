import type { Delivery as StoredDelivery } from '#lib/deliveries/delivery';
import {
  AttemptFacts,
  CauseFacts,
  Closing,
  DeliveryFacts,
  DeliveryFilter,
  DeliveryKind,
  DeliveryState,
  LineQuantity,
} from '#lib/deliveries/delivery-schema';
import type { CauseGroup } from '#lib/deliveries/failures';
import { getAttempts } from '#lib/deliveries/ledger';
import { isDelayed } from '#lib/deliveries/list';
import * as z from '#lib/platform/zod';
import { optionalParam, since, textParam, until } from './kit/lists.ts';
import { doc, inOneLine, named, pick, TraceId, traceIdOf, Why } from './kit/meta.ts';

named('DeliveryKind', DeliveryKind);
named('DeliveryState', DeliveryState);
named('LineQuantity', LineQuantity, { example: { id: 'li_1', quantity: 1 } });

const Attempt = named('Attempt', AttemptFacts, {
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
  members: {
    number: 'Continues through replays; throttled attempts count, too.',
    description: 'The remote’s own words, cut; for a request that succeeded, what it made.',
  },
});

named('Closing', Closing, { members: { by: "The API key's name." } });

/** What of a subject is shown: the rest is how the hub goes about it. */
const Subject = z.object({
  lineItems: z.optional(z.array(LineQuantity)),
  fulfillment: z.optional(z.string()),
  resource: z.optional(z.string()),
  // As `changes.ts` describes it, which is not loaded for it.
  change: doc(z.optional(z.unknown()), { $ref: '#/components/schemas/Change' }),
  placement: z.optional(z.string()),
  sku: z.optional(z.string()),
  input: z.optional(z.unknown()),
  inputBytes: doc(z.optional(z.int()), {
    description: 'In lists, replaces an `input` over 4,000 bytes, which the delivery itself shows.',
  }),
  about: z.optional(z.string()),
  after: z.optional(z.array(z.string())),
});

export const Delivery = named(
  'Delivery',
  z.extend(DeliveryFacts, {
    shipBy: doc(z.nullable(z.iso.datetime()), { description: 'When its order must ship, if that is known.' }),
    late: doc(z.boolean(), {
      description: 'It is not done, and `shipBy` has passed or will have before the next attempt.',
    }),
    subject: doc(Subject, {
      description:
        'What it is about, by action: lines to place, a fulfillment to report, a resource to fetch, a change to tell an endpoint, a placement to cancel, a SKU whose stock to tell, or a marketplace request. `about` tells follow-ups of one action apart; `after` names deliveries that must succeed first.',
    }),
    traceId: TraceId,
    attempts: doc(z.array(Attempt), { description: 'Oldest first.' }),
    closed: doc(z.union([Closing, z.null()]), { description: 'Who closed it last, why, and what it was until then.' }),
  }),
  {
    members: {
      id: { example: 'dlv_5be1f6c2a93d70418f26' },
      action: {
        description:
          '`order` places, `fulfillment` reports, `route` finds a shipper; otherwise the name of a fetch or a request.',
        example: 'fulfillment',
      },
      connection: { example: 'scopio-main' },
      marketplace: { example: 'scopio' },
      order: { example: 'scopio-main:ord_8f3a' },
      cause: {
        description: 'Why it is dead, blocked or waiting.',
        example: { code: 'http_422', description: 'unknown carrier' },
      },
      waitsFor: 'What has to change before a blocked delivery runs again by itself.',
    },
  },
);
export type Delivery = z.infer<typeof Delivery>;

/** The members a list and a replay select deliveries by; unknown ones are refused by name. */
export const filterShape = {
  state: optionalParam(DeliveryState),
  kind: optionalParam(DeliveryKind),
  connection: textParam(),
  marketplace: textParam({ example: 'scopio' }),
  action: textParam({ example: 'fulfillment' }),
  order: textParam({ description: "An order's id." }),
  cause: textParam({ description: "The cause's code.", example: 'http_503' }),
  message: doc(optionalParam(z.string().check(z.maxLength(500))), {
    type: 'string',
    description: 'The cause’s description. Ids, numbers, quoted values and dates in it (or `…`) match any others.',
    example: 'order … cannot be fulfilled',
  }),
  since: doc(since, { description: 'Created at or after this instant.' }),
  until: doc(until, { description: 'Created at or before this instant.' }),
};

/** A delivery as callers see it, with its attempts read beside it. */
export async function presentDelivery(delivery: StoredDelivery): Promise<Delivery> {
  return {
    ...pick(DeliveryFacts, delivery),
    shipBy: delivery.shipBy ?? null,
    late: isDelayed(delivery),
    subject: pick(Subject, delivery.subject),
    traceId: traceIdOf(delivery),
    attempts: (await getAttempts(delivery)).map((attempt) => pick(AttemptFacts, attempt)),
    closed: delivery.closed ?? null,
  };
}

const MAX_LISTED_BYTES = 4_000;

/** A delivery as lists carry it: what was asked of a marketplace may have hundreds of kilobytes. */
async function presentListed(delivery: StoredDelivery): Promise<Delivery> {
  const presented = await presentDelivery(delivery);
  const { input, ...subject } = presented.subject;
  const inputBytes = Buffer.byteLength(JSON.stringify(input) ?? '');
  return inputBytes > MAX_LISTED_BYTES ? { ...presented, subject: { ...subject, inputBytes } } : presented;
}

export const presentDeliveries = (deliveries: readonly StoredDelivery[]) => Promise.all(deliveries.map(presentListed));

named('DeliveryFilter', DeliveryFilter);

export const Cause = named(
  'Cause',
  z.extend(CauseFacts, {
    sample: Delivery,
    filter: doc(DeliveryFilter, { description: 'Replays this group: the `filter` of POST /deliveries/replay.' }),
  }),
  {
    members: {
      marketplace: { example: 'scopio' },
      action: { example: 'fulfillment' },
      code: { example: 'http_422' },
      message: {
        description: 'The description, with `…` for ids, numbers, quoted values and dates: each reason is one group.',
        example: 'order … cannot be fulfilled',
      },
      firstSeen: 'When the first of them failed.',
    },
  },
);
export type Cause = z.infer<typeof Cause>;

export const presentCause = async ({ sample, ...group }: CauseGroup): Promise<Cause> => ({
  ...group,
  sample: await presentListed(sample),
});

export const Close = named(
  'DeliveryClosing',
  z.strictObject({
    reason: Why,
    remoteId: doc(z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(200), inOneLine)), {
      description:
        'The id that the marketplace gave it, by which later events find their order. For a placement, or a request about an order.',
    }),
  }),
  { example: { reason: 'order 5021 stands in their panel', remoteId: '5021' } },
);
