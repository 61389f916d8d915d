import { everyConnection, getConfiguration } from '#lib/connections/store';
import { explainOrder } from '#lib/explanation/explain';
import { Explanation as ExplanationFacts } from '#lib/explanation/explanation-schema';
import { getNetwork } from '#lib/marketplaces/network';
import { patchAddress } from '#lib/orders/by-hand';
import { findWhole } from '#lib/orders/find';
import { type PostedAnswer, postFulfillment } from '#lib/orders/fulfillment';
import { orderId } from '#lib/orders/order';
import { Fulfillment, OrderStatus } from '#lib/orders/order-schema';
import { listOrders } from '#lib/orders/store';
import { recordAct } from '#lib/platform/audit';
import { orNotFound } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import { addAfterPlacement, addRefresh } from './after-placement.ts';
import { errorResponses, invalid } from './kit/errors.ts';
import { idempotency, idempotencyHeader } from './kit/idempotency.ts';
import { late, listOf, optionalParam, paging, since, textParam } from './kit/lists.ts';
import { doc, named } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';
import { AddressPatch, Order, OrderId, OrderSummary, PostedFulfillment } from './order-schema.ts';
import { presentSummaries, showOrder } from './present-order.ts';

const OrderQuery = z.strictObject({
  connection: textParam({ description: 'Only for this connection.' }),
  externalId: textParam({
    description:
      'The one order with this id at its marketplace, or that this is a part of; needs `connection`, and no other filter applies.',
  }),
  status: optionalParam(OrderStatus),
  late: doc(late, { description: 'Whether units are left to ship although `shipBy` has passed.' }),
  acknowledged: doc(late, { description: 'Whether the seller’s own system has it.' }),
  since: doc(since, { description: 'Received at or after this instant.' }),
  ...paging,
});

const Explanation = named('Explanation', ExplanationFacts, {
  description: 'Why an order is where it is: times in the sentence are UTC.',
  example: {
    order: 'scopio-main:ord_8f3a',
    stage: 'placed',
    sentence: 'Marketful has it since 14:02 and has not shipped yet; it should leave by 18:00 UTC.',
    waitsFor: { who: 'shipper', what: 'parcel', since: '2026-11-20T14:02:00.000Z', until: '2026-11-20T18:00:00.000Z' },
  },
});

const Answer = z.object({ fulfillment: Fulfillment });

export const routes = new Routes('orders');
addAfterPlacement(routes);
addRefresh(routes);

routes.add('GET /orders', {
  summary: 'Lists orders, newest received first',
  scope: 'orders:read',
  request: { query: OrderQuery },
  responses: { 200: json('A page of orders, without timelines.', listOf('orders', OrderSummary)) },
  answer: async ({ query: { connection, externalId, ...filter } }) => {
    if (externalId !== undefined) return { orders: await findOne(connection, externalId) };
    const connections = connection ? [connection] : everyConnection(await getConfiguration());
    const { items, cursor } = await listOrders({ connections, ...filter });
    return { orders: await presentSummaries(items), cursor };
  },
});

async function findOne(connection: string | undefined, externalId: string) {
  if (!connection) throw invalid('connection', 'is wanted with externalId');
  const order = await findWhole(orderId(connection, externalId));
  return order ? presentSummaries([order]) : [];
}

// Before the order's own route, whose id may contain slashes.
routes.add('GET /orders/{id}/explanation', {
  summary: 'Why an order is where it is, and whom it waits for',
  scope: 'orders:read',
  request: { params: z.object({ id: OrderId }) },
  responses: { 200: json('In one sentence.', Explanation), ...errorResponses(404) },
  answer: async ({ params: { id } }) => {
    const order = await findWhole(id);
    if (order) return explainOrder(order, await getNetwork());
    // HTTP APIs decode slashes: for an id that ends in `/explanation` this is the path of the order itself.
    return (await showOrder(orNotFound(await findWhole(`${id}/explanation`), 'order'))) as never;
  },
});

routes.add('GET /orders/{id}', {
  summary: 'An order with its timeline',
  scope: 'orders:read',
  request: { params: z.object({ id: OrderId }) },
  responses: { 200: json('The order.', Order), ...errorResponses(404) },
  answer: async ({ params }) => showOrder(orNotFound(await findWhole(params.id), 'order')),
});

routes.add('POST /orders/{id}/reveal', {
  summary: 'The order with its buyer, for a session of the console',
  description: 'Shows what other answers mask for a session; who looked is recorded in `GET /audit`.',
  scope: 'orders:read',
  reveals: true,
  request: { params: z.object({ id: OrderId }) },
  responses: { 200: json('The order, unmasked.', Order), ...errorResponses(404) },
  answer: async ({ params, by }) => {
    const order = orNotFound(await findWhole(params.id), 'order');
    await recordAct({ act: 'order.revealed', about: order.id, by });
    return showOrder(order);
  },
});

routes.add('PATCH /orders/{id}', {
  summary: 'Corrects the shipping address',
  description:
    'The correction outranks later snapshots of the sales channel, and the timeline shows it. Deliveries that waited for it run again by themselves.',
  scope: 'ops',
  request: { params: z.object({ id: OrderId }), body: body(z.strictObject({ shippingAddress: AddressPatch })) },
  responses: { 200: json('The corrected order.', Order), ...errorResponses(404, 422) },
  answer: async ({ params, body, by }) =>
    showOrder(await patchAddress(params.id, body.shippingAddress, by, await getNetwork())),
});

routes.add('POST /orders/{id}/fulfillments', {
  summary: 'Reports a parcel that the seller shipped',
  description:
    'The sales channel is told. The same carrier, tracking number and lines again are the same fulfillment. 409 `order_cancelled`; 422 `unknown_line_item`, `invalid_quantity`, `quantity_exceeded`, `idempotency_key_reused`.',
  scope: 'fulfillments:write',
  request: {
    params: z.object({ id: OrderId }),
    headers: idempotencyHeader,
    body: body(PostedFulfillment),
  },
  responses: {
    201: json('Added to the order.', Answer),
    200: json('The order had it already.', Answer),
    ...errorResponses(404, 409, 422),
  },
  answer: async ({ params: { id }, headers: { 'idempotency-key': key }, body: posted, by, context }) => {
    const once = idempotency<PostedAnswer>(by, key, [id, posted]);
    const { status, fulfillment } = await postFulfillment(id, posted, once, await getNetwork());
    return context.json({ fulfillment }, status);
  },
});
