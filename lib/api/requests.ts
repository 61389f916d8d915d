import { randomUUID } from 'node:crypto';
import type { Connection } from '#lib/connections/connection';
import type { Delivery, NewDelivery } from '#lib/deliveries/delivery';
import { getDelivery, openDelivery, putNewDelivery } from '#lib/deliveries/ledger';
import { ring } from '#lib/deliveries/ring';
import { loadConnector } from '#lib/marketplaces/load';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { ApiError, invalidRequest } from './kit/errors.ts';
import { idempotency } from './kit/idempotency.ts';

interface Asked {
  action: string;
  body: unknown;
  /** The name of the API key that asks. */
  by: string;
  /** The `Idempotency-Key` of the request. */
  key: string | undefined;
}

/** Opens the delivery that asks a marketplace for something; the same Idempotency-Key again is the same delivery. */
export async function postRequest(connection: Connection, { action, body, by, key }: Asked): Promise<Delivery> {
  const input = await checkInput(connection.marketplace, action, body);
  const repeated = idempotency<string>(by, key, [connection.id, action, input]);
  return untilCommitted('what a request is about', async () => {
    const before = await repeated.find();
    const known = before === undefined ? undefined : await getDelivery(before);
    if (known) return known;
    const delivery = openDelivery(requestOf(connection, action, input), new Date().toISOString());
    if (!(await transact([putNewDelivery(delivery), ...repeated.remember(delivery.id)]))) return undefined;
    await ring([delivery]);
    return delivery;
  });
}

const requestOf = ({ id: connection, marketplace }: Connection, action: string, input: unknown): NewDelivery => ({
  id: `dlv_${shortHash('request', randomUUID())}`,
  kind: 'push',
  action,
  connection,
  marketplace,
  order: null,
  subject: { input },
});

/** The body as the action's schema reads it. ApiError 404 for an action that there is not, 400 for a body it refuses. */
async function checkInput(marketplace: string, action: string, body: unknown): Promise<unknown> {
  const { info, actions } = await loadConnector(marketplace);
  const { requests = {} } = actions;
  const request = Object.hasOwn(requests, action) ? requests[action] : undefined;
  if (!request) {
    const known = Object.keys(requests);
    const description = known.length > 0 ? `${info.title} has ${known.join(', ')}` : `${info.title} takes no requests`;
    throw new ApiError(404, 'unknown_action', `there is no such request: ${description}`);
  }
  const result = request.Input.safeParse(body);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues);
}
