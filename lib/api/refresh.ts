import { randomUUID } from 'node:crypto';
import { getConfiguration } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { loadConnector } from '#lib/marketplaces/load';
import { externalIdsOf } from '#lib/orders/split';
import { getOrder } from '#lib/orders/store';
import { NotFoundError, RejectedError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import * as z from '#lib/platform/zod';
import { errorResponses } from './kit/errors.ts';
import { doc } from './kit/meta.ts';
import { json, type Routes } from './kit/route.ts';
import { OrderId } from './order-schema.ts';

export const addRefresh = (routes: Routes): void =>
  routes.add('POST /orders/{id}/refresh', {
    summary: 'Reads an order again at the marketplace that sold it',
    description:
      'What it says is applied like any event. 422 `refresh_unsupported` where the marketplace has no call that reads one order: its next poll reads what changed.',
    scope: 'ops',
    request: { params: z.object({ id: OrderId }) },
    responses: {
      202: json(
        'It is being read.',
        z.object({
          deliveries: doc(z.array(z.string()), { description: 'The fetches: one for each of its orders there.' }),
        }),
      ),
      ...errorResponses(404, 422),
    },
    answer: async ({ params }) => ({ deliveries: (await refreshOrder(params.id)).map(({ id }) => id) }),
  });

/** Opens the fetches that read an order anew. Throws NotFoundError, and RejectedError where nothing can read it. */
async function refreshOrder(id: string): Promise<Delivery[]> {
  const order = await getOrder(id);
  if (!order) throw new NotFoundError('order');
  const connection = (await getConfiguration()).connections.get(order.connection);
  if (!connection) throw new NotFoundError('connection');
  const { marketplace } = connection;
  const { info, actions } = await loadConnector(marketplace);
  if (!info.sells || !actions.fetches?.order)
    throw new RejectedError({
      code: 'refresh_unsupported',
      description: `${info.title} has no call that reads one order; longshore poll --connection ${connection.id} reads what changed`,
    });
  const at = new Date().toISOString();
  // A sale may be several orders there.
  const resources = new Set([order.externalId, ...externalIdsOf(order).values()]);
  const opened = [...resources].map((resource) =>
    openDelivery(
      {
        ...{ id: `dlv_${shortHash('refresh', randomUUID())}`, kind: 'fetch', action: 'order', marketplace },
        ...{ connection: connection.id, order: null, subject: { resource } },
      },
      at,
    ),
  );
  await transact(opened.map(putNewDelivery));
  await ring(opened);
  return opened;
}
