import { randomUUID } from 'node:crypto';
import type { Result } from '#lib/attempts/attempt';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { getConfiguration } from '#lib/connections/store';
import { orNotFound, StateError } from '#lib/platform/errors';
import { decodeMarks, encodeMarks } from './cursor.ts';
import { type EndpointState, FOREVER, openEndpointStates } from './endpoint-state.ts';
import { signed } from './profiles.ts';
import { type Lag, lagOf, marksAt } from './read.ts';
import { ringEndpoints } from './ring-endpoints.ts';
import { send } from './send.ts';

const states = openEndpointStates();

/** An endpoint with its state, and how far behind it is. */
export interface EndpointView extends Endpoint, Lag {
  state: EndpointState;
}

/** Throws NotFoundError for one that is not in the configuration. */
export const findEndpoint = async (id: string): Promise<Endpoint> =>
  orNotFound((await getConfiguration({ maxAgeMs: 0 })).endpoints.get(id), 'endpoint');

export async function viewEndpoint(endpoint: Endpoint): Promise<EndpointView> {
  const state = await states.get(endpoint.id);
  const marks = state.committed === undefined ? await marksAt(endpoint.since) : decodeMarks(state.committed);
  return { ...endpoint, state, ...(await lagOf(marks)) };
}

export const listEndpoints = async (): Promise<EndpointView[]> =>
  Promise.all([...(await getConfiguration({ maxAgeMs: 0 })).endpoints.values()].map(viewEndpoint));

/** Sends it nothing more until it is resumed. */
export const pauseEndpoint = (id: string, by: string, at: string): Promise<void> =>
  states.take(id, { paused: { why: 'asked', by, at }, heldUntil: FOREVER });

/** Continues where it stopped, first with what got a 410; if changes are gone by now, with the oldest there is. */
export async function resumeEndpoint(id: string): Promise<void> {
  const { paused } = await states.get(id);
  const oldest = paused?.why === 'expired' && { committed: encodeMarks(await marksAt('earliest')) };
  const anew = { paused: null, heldUntil: null, failures: 0, failingSince: null };
  await states.take(id, { ...anew, ...oldest, resumed: true });
  await ringEndpoints([{ endpoint: id }]);
}

/** Sends an endpoint a test message. Throws StateError `not_testable` where its profile has none. */
export async function testEndpoint(endpoint: Endpoint, now = new Date(), sendIt = send): Promise<Result> {
  const { id, profile } = endpoint;
  if (profile !== 'standard-webhooks')
    throw new StateError({
      code: 'not_testable',
      description: `the profile ${profile} has no message that means nothing`,
    });
  const content = { type: 'endpoint.test', timestamp: now.toISOString(), data: { endpoint: id } };
  return sendIt(endpoint, async (secrets) => signed(`test_${randomUUID()}`, content, secrets, now));
}
