import type { EndpointBehind } from '#events/endpoint-behind';
import { getEndpoints, sharesQueue } from '#lib/connections/store';
import { deliveryQueue, ENDPOINT, MAX_DELAY_SECONDS } from '#lib/platform/names';
import { sendMessages } from '#lib/platform/queue/queue';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Change } from './change-schema.ts';
import { isHeld, openEndpointStates } from './endpoint-state.ts';
import { isOfType } from './read.ts';

const states = openEndpointStates();

/** Rings for endpoints at an instant; one too far ahead for SQS is left to the sweeper. */
export async function ringEndpoints(behind: readonly EndpointBehind[], at?: string | null): Promise<void> {
  const delaySeconds = at ? Math.max(0, (Date.parse(at) - Date.now()) / 1000) : 0;
  if (delaySeconds > MAX_DELAY_SECONDS) return;
  if (behind.length === 0) return;
  const hasGroups = await sharesQueue(ENDPOINT);
  const messages = behind.map((message) => ({ message, delaySeconds, ...(hasGroups && { group: message.endpoint }) }));
  await sendMessages(deliveryQueue(ENDPOINT), messages);
}

/** Rings for endpoints that want what is new in these partitions of the feed. The sweeper repeats a lost ring. */
export async function ringForChanges(news: ReadonlyMap<number, readonly Change[]>): Promise<void> {
  try {
    const behind = [...(await getEndpoints()).values()].flatMap(({ id: endpoint, types }) => {
      const partitions = [...news].flatMap(([partition, changes]) => (changes.some(isOfType(types)) ? partition : []));
      return partitions.length > 0 ? { endpoint, partitions } : [];
    });
    await ringEndpoints(behind);
  } catch (error) {
    log.warn('endpoints were not rung', errorFields(error));
  }
}

/** Rings for every endpoint that no person holds back, and counts those that are paused. */
export async function sweepEndpoints(): Promise<void> {
  const ids = [...(await getEndpoints()).keys()];
  const all = await Promise.all(ids.map(async (id) => ({ id, state: await states.get(id) })));
  const paused = all.filter(({ state }) => state.paused).length;
  if (paused > 0) emitMetric('Away', { Marketplace: ENDPOINT }, paused);
  const due = all.filter(({ state }) => !isHeld(state, new Date()));
  await ringEndpoints(due.map(({ id: endpoint }) => ({ endpoint })));
}
