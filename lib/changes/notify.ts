import type { DeliveryDue } from '#events/delivery-due';
import type { Result } from '#lib/attempts/attempt';
import { quiet } from '#lib/attempts/record';
import { HUB as WORK_HUB, type Worker, workDeliveries } from '#lib/attempts/work';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { CONFIG_TTL_MS, getEndpoints } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { getDelivery, openDelivery, putNewDelivery, transition, withAttempt } from '#lib/deliveries/ledger';
import { eachDelivery } from '#lib/deliveries/list';
import { ring } from '#lib/deliveries/ring';
import { settle } from '#lib/deliveries/settle';
import { getOrder } from '#lib/orders/store';
import { AWAY, BlockedError, NotYetError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { ENDPOINT } from '#lib/platform/names';
import { notifyPolicy, retention } from '#lib/platform/settings';
import * as items from '#lib/platform/table/items';
import { keptFor, put, transact } from '#lib/platform/table/table';
import { errorFields, log } from '#lib/platform/telemetry/log';
import type { Change } from './change-schema.ts';
import {
  askAgainSeconds,
  type EndpointState,
  type EndpointStates,
  isAsking,
  isOfAnother,
  isThrottled,
  judge,
  openEndpointStates,
} from './endpoint-state.ts';
import type { Present } from './profiles.ts';
import { ringEndpoints } from './ring-endpoints.ts';
import { sendChange } from './send.ts';

export const HUB = {
  sendChange,
  getOrder,
  transact,
  ring,
  ringEndpoints,
  getEndpoints,
  states: openEndpointStates() as EndpointStates,
  now: () => new Date(),
  policy: notifyPolicy,
};
/** What deliveries to endpoints are worked with; `present` shows orders as the API does. */
export type Hub = typeof HUB & { present: Present };

/** The id of a change's delivery to an endpoint: a repetition of its first attempt finds it. */
export const notifyId = (endpoint: string, change: string): string => `dlv_${shortHash(endpoint, change)}`;

/** Opens the delivery for a first attempt that failed, with that attempt on record. */
export async function openNotify(
  { id: connection }: Endpoint,
  change: Change,
  result: Result,
  startedAt: string,
  hub: typeof HUB = HUB,
): Promise<void> {
  const { order } = change;
  const id = notifyId(connection, change.id);
  const asked = { id, kind: 'notify', action: change.type, connection, marketplace: ENDPOINT, order } as const;
  const opened = openDelivery({ ...asked, subject: { change } }, startedAt);
  const settled = await quiet(
    settle(opened, result, { startedAt, endedAt: hub.now().toISOString() }, hub.policy()),
    hub,
  );
  const { delivery } = withAttempt(settled.delivery, settled.attempt);
  const kept = keptFor(retention.orderDays(), startedAt);
  const found = order === null ? [] : [put({ ...items.notified.key({ order, delivery: id }), ...kept })];
  if (await hub.transact([putNewDelivery(delivery), ...found])) await hub.ring([delivery]);
}

/** Works the deliveries to endpoints: their attempts also count for the endpoint's state. */
export const workerOf = (hub: Hub): Worker => ({
  marketplace: ENDPOINT,
  attempt: (delivery) => attemptNotify(delivery, hub).catch(inTrouble),
  hub: { ...WORK_HUB, retryPolicyOf: () => hub.policy() },
});

export const workNotify = (due: DeliveryDue, hub: Hub): Promise<void> => workDeliveries(due, workerOf(hub));

/** Works one delivery now, even before it is due. */
export async function workFirst(id: string, hub: Hub): Promise<void> {
  const delivery = await getDelivery(id);
  if (delivery?.state === 'pending') await transition(delivery, dueAt(delivery, hub.now().toISOString()));
  await workNotify({ deliveryId: id }, hub);
}

const dueAt = (delivery: Delivery, at: string): Delivery => ({ ...delivery, nextAttemptAt: at, updatedAt: at });

async function attemptNotify(delivery: Delivery, hub: Hub): Promise<Result> {
  const { connection: id, subject } = delivery;
  const endpoint = (await hub.getEndpoints()).get(id);
  if (!endpoint)
    return failed(
      new BlockedError({ code: 'endpoint_missing', description: `${id} is no endpoint any more` }, 'connection'),
    );
  const state = await hub.states.get(id);
  const wait = isOfAnother(state, endpoint) ? OF_ANOTHER : await waitFor(delivery, state, hub);
  if (wait) return failed(wait);
  const result = await hub.sendChange(endpoint, subject.change as Change, hub.present);
  const at = hub.now().toISOString();
  const { paused, failures } = state;
  const learned = judge(state, [result], at);
  if (learned.paused?.why === 'gone') await hub.states.take(id, { ...learned, first: delivery.id });
  else if (!result.ok || paused || failures) {
    await hub.states.learn(id, state, learned);
    // A ring for what it was not told yet may have come while it was held.
    if (result.ok || isThrottled(result))
      await hub
        .ringEndpoints([{ endpoint: id }], learned.heldUntil)
        .catch((error: unknown) => log.warn('an endpoint was not rung', { endpoint: id, ...errorFields(error) }));
  }
  return result;
}

/** A worker's knowledge of endpoints is a few seconds old. */
const OF_ANOTHER = new NotYetError(
  { code: AWAY, description: 'it was removed and added anew a moment ago' },
  CONFIG_TTL_MS,
);
const TROUBLE_MS = 60_000;

/** A fault of the hub's own is no failed attempt, and no failure of the endpoint. */
function inTrouble(error: unknown): Result {
  log.error('a delivery to an endpoint could not be attempted', errorFields(error));
  return failed(new NotYetError({ code: 'internal_error', description: 'the hub could not attempt it' }, TROUBLE_MS));
}

const failed = (error: Error): Result => ({ ok: false, error, unknown: false });

const MAX_WAIT_MS = 3600_000;
/** How long others wait for the delivery that got the 410, which is sent first. */
const BEHIND_FIRST_MS = 10_000;

/** How early a delivery may come, at most: it was itself told to wait that long. */
const EARLY_MS = 1_000;

/** The longest wait for an endpoint that hangs and is not paused yet, in times between two that ask it. */
const MAX_AWAY_TURNS = 5;

/**
 * One delivery at a time asks whether an endpoint is back, once an hour if it is paused, and it costs no other delivery
 * an attempt. So it is with one that always hangs, as each attempt would hold a worker that other endpoints need; one that
 * refuses at once is attempted as its schedule says. Nor does one that asked for patience cost attempts.
 */
async function waitFor({ id, connection }: Delivery, state: EndpointState, hub: Hub) {
  const { paused, heldUntil, first, failingSince, lastError } = state;
  const now = hub.now();
  const heldMs = heldUntil ? Date.parse(heldUntil) - now.getTime() : -Infinity;
  const notYet = (waitMs: number, why: string, code = AWAY) =>
    new NotYetError({ code, description: `${connection} ${why}` }, Math.min(MAX_WAIT_MS, waitMs));
  if (!paused && first && first !== id) return notYet(BEHIND_FIRST_MS, 'is sent first what it refused for good');
  const hangs = isAsking(state) && lastError?.code === 'timeout';
  if (!paused && (first || !hangs))
    return heldMs > EARLY_MS && !isAsking(state) ? notYet(heldMs, 'asked for patience', 'throttled') : undefined;
  if (!paused) {
    // First attempts ask before, if there are any.
    const askMs = askAgainSeconds() * 1000;
    const turnMs = heldMs + askMs / 2;
    if (turnMs <= 0 && (await hub.states.takeTurn(connection, now, askMs / 1000))) return undefined;
    const failingMs = now.getTime() - Date.parse(failingSince ?? now.toISOString());
    // At random, as of those that come together again one is let through.
    const spreadMs = Math.random() * Math.min(failingMs, MAX_AWAY_TURNS * askMs);
    return notYet(Math.max(turnMs, spreadMs), `answers nothing since ${failingSince}`);
  }
  if (paused.why === 'failing' && (await hub.states.takeTurn(connection, now))) return undefined;
  return notYet(Math.max(1, heldMs), `is paused since ${paused.at}`);
}

/** How many deliveries a second come to an endpoint that is back: all at once could end it again. */
const HURRIED_A_SECOND = 10;

/** Has everything that waits for an endpoint tried soon, if told so by the deadline: the rest comes within the hour. */
export async function hurry(connection: string, deadline: number, hub = { eachDelivery, transition, ring }) {
  let hurried = 0;
  for await (const delivery of hub.eachDelivery({ connection, state: 'pending' })) {
    if (Date.now() > deadline) return;
    if (delivery.state !== 'pending') continue;
    const at = new Date(Date.now() + Math.floor(hurried / HURRIED_A_SECOND) * 1000).toISOString();
    hurried += 1;
    const due = dueAt(delivery, at);
    if ((delivery.nextAttemptAt ?? '') > at && (await hub.transition(delivery, due))) await hub.ring([due]);
  }
}
