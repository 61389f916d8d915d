import { lookup } from 'node:dns/promises';
import { isDeepStrictEqual } from 'node:util';
import { isInside } from '#lib/platform/http/inside';
import { ENDPOINT } from '#lib/platform/names';
import { isLocalHub } from '#lib/platform/settings';
import { writeSecretDocument } from './credentials.ts';
import { type FileEndpoint, LEADS_INSIDE, objectionToEndpoint } from './endpoint-file.ts';
import type { Endpoint } from './endpoint-schema.ts';
import { ConnectionsFileError } from './file.ts';
import { readSecretIfOurs, type SecretDocument } from './secrets.ts';
import { configurationStore } from './store.ts';

/** What endpoints are put with; another one in tests. */
export const HUB = {
  store: configurationStore,
  secrets: { read: (name: string): Promise<SecretDocument> => readSecretIfOurs(name), write: writeSecretDocument },
  isLocal: isLocalHub,
  resolve: (hostname: string): Promise<ReadonlyArray<{ address: string }>> => lookup(hostname, { all: true }),
};
export type Hub = typeof HUB;

/**
 * Makes these the endpoints of the hub, and no others; the ids of those that changed. Throws ConnectionsFileError for one
 * without a secret, or one that leads inside.
 */
export async function putEndpoints(
  wanted: readonly FileEndpoint[],
  { store, secrets, resolve, ...hub }: Hub = HUB,
): Promise<string[]> {
  const isLocal = hub.isLocal();
  const { endpoints: before } = await store.getConfiguration({ maxAgeMs: 0 });
  const old = await secrets.read(ENDPOINT);
  const replaced = new Set<string>();
  const next: SecretDocument = { ...old, connections: {} };
  for (const { endpoint, secrets: given } of wanted) {
    const refuse = (path: string, objection: string | undefined) => {
      if (objection) throw new ConnectionsFileError(`endpoint "${endpoint.id}": ${path}: ${objection}`);
    };
    refuse('url', objectionToEndpoint(endpoint.url, isLocal) ?? (await leadsInside(endpoint.url, isLocal, resolve)));
    const known = old.connections[endpoint.id];
    const isSame = !given || isDeepStrictEqual(given, known?.secrets);
    const held = isSame ? known : { secrets: given, settings: {} };
    if (endpoint.profile === 'standard-webhooks' && !held)
      refuse('secrets.signingSecret', `is missing: longshore endpoints add ${endpoint.id} makes one`);
    if (held) next.connections[endpoint.id] = held;
    if (!isSame) replaced.add(endpoint.id);
  }
  if (!isDeepStrictEqual(old.connections, next.connections)) await secrets.write(ENDPOINT, next);
  const at = new Date().toISOString();
  const changed = new Set<string>();
  for (const { endpoint } of wanted) {
    const { id } = endpoint;
    const { since = at, secretsAt: held } = before.get(id) ?? {};
    const secretsAt = replaced.has(id) ? at : held;
    const is: Endpoint = { ...endpoint, since, ...(secretsAt && { secretsAt }) };
    if (isDeepStrictEqual(before.get(id), is)) continue;
    await store.putEndpoint(is);
    changed.add(id);
  }
  for (const [id, endpoint] of before) {
    if (wanted.some((each) => each.endpoint.id === id)) continue;
    await store.removeEndpoint(endpoint, at);
    changed.add(id);
  }
  return [...changed];
}

/** What a name leads to is asked again at each connection; one that nobody knows yet may be known by then. */
async function leadsInside(url: string, loopback: boolean, resolve: Hub['resolve']): Promise<string | undefined> {
  const { hostname } = new URL(url);
  const found = await resolve(hostname.replace(/^\[|\]$/g, '')).catch(() => []);
  return found.some(({ address }) => isInside(address, { loopback })) ? LEADS_INSIDE : undefined;
}
