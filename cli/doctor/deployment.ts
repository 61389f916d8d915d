import type { ListedKey } from '#lib/api/kit/keys';
import type { WebhookCredentials } from '#lib/connections/connection';
import type { FileMarketplace } from '#lib/connections/file';
import { loadConnector } from '#lib/marketplaces/load';
import { ENDPOINT } from '#lib/platform/names';
import * as z from '#lib/platform/zod';
import type { Api } from '../api-client.ts';
import { findKeyTroubles } from '../connection-troubles.ts';
import { count } from '../format.ts';
import { type Check, orWell, well, wrong } from './finding.ts';

/** What is behind the API: keys and secrets, read as the functions read them. */
export interface Deployment {
  api: Pick<Api, 'url' | 'get'>;
  /** The deployment's URL by its outputs. */
  url: string | undefined;
  publicUrl: string | undefined;
  isLocal: boolean;
  listKeys(): Promise<ListedKey[]>;
  /** Finds the API key with this text, if there is one. */
  findKey(key: string): Promise<{ name: string } | undefined>;
  /** How many keys there are to sign UCP order events, and how many endpoints want such events. */
  countUcp(): Promise<{ keys: number; endpoints: number }>;
  /** By connection; for `ENDPOINT`, by endpoint. */
  readSecrets(marketplace: string): Promise<Record<string, Pick<WebhookCredentials, 'secrets'>>>;
}

const DEFAULT_KEY = 'local-dev-key';
const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/;

/** The hub and the deployment that were given may be of different stages. */
const address: Check<Deployment> = {
  name: 'address',
  async look({ api, url, publicUrl, isLocal }) {
    const cure = '--url and --outputs must be of the same stage: keep a copy of outputs.json for each';
    if (url !== undefined && origin(url) !== origin(api.url) && origin(publicUrl ?? url) !== origin(api.url))
      return [wrong(`the outputs are of ${url}, and ${api.url} is asked`, cure)];
    if (publicUrl === undefined) return [wrong('the hub knows no PUBLIC_URL', 'deploy again')];
    if (isLocal || publicUrl.startsWith('https://')) return [well(`marketplaces call ${publicUrl}`)];
    return [wrong(`marketplaces cannot call ${publicUrl}`, 'set PUBLIC_URL, or DOMAIN, and deploy again')];
  },
};

const origin = (url: string): string => new URL(url).origin;

const keys: Check<Deployment> = {
  name: 'keys',
  async look({ listKeys, findKey, publicUrl, isLocal }) {
    const all = await listKeys();
    const known = await findKey(DEFAULT_KEY);
    const isOpen = !isLocal || !LOOPBACK.test(publicUrl ?? '');
    const others = all.filter(({ name }) => name !== known?.name);
    if (all.length === 0)
      return [wrong('there are none: nobody can call the API', 'longshore keys create operator --scopes ops')];
    const found = findKeyTroubles(others).map(({ trouble, cure }) => wrong(trouble, cure));
    const says = `everybody knows the key "${known?.name}" (${DEFAULT_KEY})`;
    if (known && isOpen) found.unshift(wrong(says, `longshore keys revoke ${known.name} --yes`));
    return orWell(found, `${count(all.length, 'key', 'keys')}, each with a name and no more than it needs`);
  },
};

const secrets: Check<Deployment> = {
  name: 'secrets',
  async look({ api, readSecrets }) {
    const [{ connections }, { endpoints }] = await Promise.all([api.get('/connections'), api.get('/endpoints')]);
    const byMarketplace = Map.groupBy(connections, ({ marketplace }) => marketplace);
    const lacking = await Promise.all(
      [...byMarketplace].map(async ([marketplace, own]) => {
        const [values, { Secrets }] = await Promise.all([readSecrets(marketplace), loadConnector(marketplace)]);
        return own.flatMap(({ id }) => {
          const missing = missingIn(values[id]?.secrets, Secrets);
          return missing ? [wrong(`${id}: ${missing}`, 'longshore connections put connections.json')] : [];
        });
      }),
    );
    const signed = endpoints.filter(({ profile }) => profile === 'standard-webhooks');
    const signing = signed.length > 0 ? await readSecrets(ENDPOINT) : {};
    const mute = signed.filter(({ id }) => !signing[id]?.secrets.signingSecret);
    const unsigned = mute.map(({ id, url }) =>
      wrong(
        `endpoint ${id}: there is no secret to sign with`,
        `longshore endpoints remove ${id} --yes, then longshore endpoints add ${id} --to ${url}`,
      ),
    );
    const says = `${count(connections.length, 'connection has its', 'connections have their')} secrets`;
    return orWell([...lacking.flat(), ...unsigned], says);
  },
};

function missingIn(values: object | undefined, Secrets: FileMarketplace['Secrets']): string | undefined {
  if (values === undefined) return 'there is no secret';
  const issues = z.safeParse(Secrets, values).error?.issues ?? [];
  const names = new Set(issues.flatMap(({ path: [name] }) => name ?? []));
  return names.size > 0 ? `no value for ${[...names].join(', ')}` : undefined;
}

/** Receivers of UCP order events look for the key in the profile. */
const ucp: Check<Deployment> = {
  name: 'ucp',
  async look({ countUcp }) {
    const { keys, endpoints } = await countUcp();
    if (keys > 0) return [well('there is a key to sign order events with')];
    if (endpoints === 0) return [well('there is no key, and no endpoint that wants one')];
    return [wrong('there is no key to sign order events with', 'longshore ucp rotate-key')];
  },
};

export const deploymentChecks: readonly Check<Deployment>[] = [address, keys, secrets, ucp];
