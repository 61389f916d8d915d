import { randomBytes } from 'node:crypto';
import { putAct } from '#lib/platform/audit';
import { ENDPOINT } from '#lib/platform/names';
import * as items from '#lib/platform/table/items';
import { db, transact } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import { EndpointEntry, type FileEndpoint, isTaken, readEndpoint } from './endpoint-file.ts';
import type { Endpoint } from './endpoint-schema.ts';
import { ConnectionsFileError } from './file.ts';
import type { Unblock } from './put.ts';
import { HUB as PUT_HUB, putEndpoints } from './put-endpoints.ts';

/** How long a secret that was replaced signs beside the new one. */
const OVERLAP_MS = 24 * 3600_000;

const HUB = {
  ...PUT_HUB,
  transact,
  /** One that had the name before, and was removed, may have been paused, and has not been told what came since. */
  forgetState: async (id: string): Promise<void> => void (await db.delete({ Key: items.endpointState.key({ id }) })),
};

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Adds an endpoint; its new secret, which nobody is shown again, where its profile has one. What one that had the name
 * before was not told runs again. Throws ConnectionsFileError.
 */
export async function addEndpoint(
  asked: z.input<typeof EndpointEntry>,
  by: string,
  { unblock, ...here }: { unblock: Unblock } & Partial<typeof HUB>,
): Promise<string | undefined> {
  const hub = { ...HUB, ...here };
  const { connections, endpoints } = await hub.store.getConfiguration({ maxAgeMs: 0 });
  const { data, error } = EndpointEntry.safeParse(asked);
  if (!data) {
    const [issue] = error.issues;
    throw new ConnectionsFileError(`endpoint "${asked.id}": ${issue?.path.join('.')}: ${issue?.message}`);
  }
  if (isTaken(data.id, [...connections.keys(), ...endpoints.keys()]))
    throw new ConnectionsFileError(`endpoint "${data.id}": there is one of that name, or a connection`);
  const signingSecret = data.profile === 'standard-webhooks' ? newSecret() : undefined;
  const secrets = signingSecret ? { signingSecret } : undefined;
  await hub.forgetState(data.id);
  await putEndpoints([...kept(endpoints), readEndpoint({ ...data, secrets })], hub);
  await record('endpoint.added', data.id, by, hub);
  // The secret is shown this once, whatever becomes of this: what it cannot run again waits for a replay.
  await unblock('connection', { connection: data.id }).catch(() => undefined);
  return signingSecret;
}

/** Gives an endpoint a new secret, shown once, beside which the one before signs for 24 hours. */
export async function rotateEndpoint(id: string, by: string, hub = HUB): Promise<string> {
  const document = await hub.secrets.read(ENDPOINT);
  const previousSigningSecret = document.connections[id]?.secrets.signingSecret;
  if (!previousSigningSecret) throw new ConnectionsFileError(`endpoint "${id}": there is none with a secret`);
  const signingSecret = newSecret();
  const settings = { previousUntil: new Date(Date.now() + OVERLAP_MS).toISOString() };
  const rotated = { secrets: { signingSecret, previousSigningSecret }, settings };
  await hub.secrets.write(ENDPOINT, { ...document, connections: { ...document.connections, [id]: rotated } });
  const endpoint = (await hub.store.getConfiguration({ maxAgeMs: 0 })).endpoints.get(id);
  if (endpoint) await hub.store.putEndpoint({ ...endpoint, secretsAt: new Date().toISOString() });
  await record('endpoint.rotated', id, by, hub);
  return signingSecret;
}

export async function removeEndpoint(id: string, by: string, hub = HUB): Promise<void> {
  const { endpoints } = await hub.store.getConfiguration({ maxAgeMs: 0 });
  if (!endpoints.has(id)) throw new ConnectionsFileError(`endpoint "${id}": there is none`);
  await putEndpoints(
    kept(endpoints).filter(({ endpoint }) => endpoint.id !== id),
    hub,
  );
  await record('endpoint.removed', id, by, hub);
}

const kept = (endpoints: ReadonlyMap<string, Endpoint>): FileEndpoint[] =>
  [...endpoints.values()].map(({ since: _since, secretsAt: _at, ...endpoint }) => ({ endpoint }));

type Act = 'endpoint.added' | 'endpoint.rotated' | 'endpoint.removed';

const record = (act: Act, about: string, by: string, { transact }: typeof HUB) =>
  transact([putAct({ act, about, by, at: new Date().toISOString(), detail: {} })]);
