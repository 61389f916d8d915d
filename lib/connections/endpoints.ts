import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isDeepStrictEqual } from 'node:util';
import { putAct } from '#lib/platform/audit';
import { isInside } from '#lib/platform/http/inside';
import { ENDPOINT } from '#lib/platform/names';
import { isLocalHub } from '#lib/platform/settings';
import { transact } from '#lib/platform/table/table';
import type * as z from '#lib/platform/zod';
import { writeSecretDocument } from './credentials.ts';
import {
  EndpointEntry,
  type FileEndpoint,
  isTaken,
  LEADS_INSIDE,
  objectionToEndpoint,
  readEndpoint,
} from './endpoint-file.ts';
import type { Endpoint } from './endpoint-schema.ts';
import { ConnectionsFileError, refuseIf } from './file.ts';
import { replacedSecrets } from './replaced-secrets.ts';
import { readSecretIfOurs, type SecretDocument } from './secrets.ts';
import { configurationStore } from './store.ts';

/** Runs deliveries again that waited for this, of all connections and endpoints or of one. */
export type Unblock = (waitsFor: 'connection' | 'routes', among?: { connection: string }) => Promise<void>;

/** What endpoints are put with; tests pass another. */
export const HUB = {
  store: configurationStore,
  secrets: { read: (name: string): Promise<SecretDocument> => readSecretIfOurs(name), write: writeSecretDocument },
  isLocal: isLocalHub,
  resolve: (hostname: string): Promise<ReadonlyArray<{ address: string }>> => lookup(hostname, { all: true }),
  transact,
};
export type Hub = Omit<typeof HUB, 'transact'>;

/**
 * Makes these the endpoints of the hub, and no others; returns the ids of those that changed. Throws
 * ConnectionsFileError for one without a secret, or one that leads inside the network.
 */
export async function putEndpoints(
  wanted: readonly FileEndpoint[],
  { store, secrets, resolve, ...hub }: Hub = HUB,
): Promise<string[]> {
  const isLocal = hub.isLocal();
  const { endpoints: before } = await store.getConfiguration({ maxAgeMs: 0 });
  const old = await secrets.read(ENDPOINT);
  const at = new Date().toISOString();
  const next: SecretDocument = { ...old, connections: {} };
  const now = new Map<string, Endpoint>();
  for (const { endpoint, secrets: given } of wanted) {
    const { id, url } = endpoint;
    const inside = objectionToEndpoint(url, isLocal) ?? (await leadsInside(url, isLocal, resolve));
    refuseIf(inside, 'endpoint', id, 'url');
    const known = old.connections[id];
    const isSame = !given || isDeepStrictEqual(given, known?.secrets);
    const held = isSame ? known : { secrets: given, settings: {} };
    if (!held) refuseIf(lacksSecret(endpoint, before.has(id)), 'endpoint', id, 'secrets.signingSecret');
    else next.connections[id] = held;
    const { since = at, secretsAt } = { ...before.get(id), ...(!isSame && { secretsAt: at }) };
    now.set(id, { ...endpoint, since, ...(secretsAt && { secretsAt }) });
  }
  if (!isDeepStrictEqual(old.connections, next.connections)) await secrets.write(ENDPOINT, next);
  const changed = [...now.values()].filter((is) => !isDeepStrictEqual(before.get(is.id), is));
  for (const is of changed) await (before.has(is.id) ? store.putEndpoint(is) : store.addEndpoint(is));
  const removed = [...before.values()].filter(({ id }) => !now.has(id));
  for (const endpoint of removed) await store.removeEndpoint(endpoint, at);
  return [...changed, ...removed].map(({ id }) => id);
}

/** Only UCP's messages are signed without a secret of the endpoint's own. */
function lacksSecret({ id, profile }: FileEndpoint['endpoint'], isKnown: boolean): string | undefined {
  if (profile === 'ucp') return undefined;
  return `is missing: longshore endpoints ${isKnown ? `remove ${id}, and then ` : ''}add ${id} makes one`;
}

/** A name is resolved again at each connection; one that does not resolve yet may do so later. */
async function leadsInside(url: string, loopback: boolean, resolve: Hub['resolve']): Promise<string | undefined> {
  const { hostname } = new URL(url);
  const found = await resolve(hostname.replace(/^\[|\]$/g, '')).catch(() => []);
  return found.some(({ address }) => isInside(address, { loopback })) ? LEADS_INSIDE : undefined;
}

/** How long a replaced secret still signs beside the new one. */
const OVERLAP_MS = 24 * 3600_000;

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Adds an endpoint and returns its new secret, if its profile has one: it is never shown again. Runs what an earlier
 * endpoint of that name was not told. Throws ConnectionsFileError.
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
  await putEndpoints([...kept(endpoints), readEndpoint({ ...data, secrets })], hub);
  await record('endpoint.added', data.id, by, hub);
  // The secret is shown this once, whatever happens here: deliveries that this cannot run again wait for a replay.
  await unblock('connection', { connection: data.id }).catch(() => undefined);
  return signingSecret;
}

/** Gives an endpoint a new secret, shown once; each that it replaces signs beside it for 24 hours. */
export async function rotateEndpoint(id: string, by: string, hub = HUB): Promise<string> {
  const document = await hub.secrets.read(ENDPOINT);
  const { [id]: known } = document.connections;
  const last = known?.secrets.signingSecret;
  if (!last) throw new ConnectionsFileError(`endpoint "${id}": there is none with a secret`);
  const signingSecret = newSecret();
  const until = new Date(Date.now() + OVERLAP_MS).toISOString();
  const replaced = [[last, until] as const, ...replacedSecrets(known, new Date().toISOString())];
  const previousSigningSecret = replaced.map(([secret]) => secret).join(' ');
  const settings = { previousUntil: replaced.map(([, end = until]) => end).join(' ') };
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
