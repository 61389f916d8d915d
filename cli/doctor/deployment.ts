import type { ListedKey } from '#lib/api/kit/keys';
import type { Api } from '../api-client.ts';
import { count } from '../format.ts';
import { findKeyTroubles } from '../key-troubles.ts';
import { type Check, well, wrong } from './finding.ts';

/** What stands behind the API: keys and secrets, as the functions read them. */
export interface Deployment {
  api: Pick<Api, 'url' | 'get'>;
  /** The address that the deployment says it has. */
  url: string | undefined;
  publicUrl: string | undefined;
  isLocal: boolean;
  listKeys(): Promise<ListedKey[]>;
  /** Whose key this is, if anybody's. */
  findKey(key: string): Promise<{ name: string } | undefined>;
  /** How many keys UCP order events can be signed with, and how many endpoints want them. */
  countUcp(): Promise<{ keys: number; endpoints: number }>;
  readSecrets(marketplace: string): Promise<Record<string, object>>;
}

const DEFAULT_KEY = 'local-dev-key';
const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/;

/** The hub that is asked and the deployment that is looked into may be of two stages. */
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
    const found = [
      ...(known && isOpen
        ? [
            wrong(
              `everybody knows the key "${known.name}" (${DEFAULT_KEY})`,
              `longshore keys revoke ${known.name} --yes`,
            ),
          ]
        : []),
      ...findKeyTroubles(others).map(({ trouble, cure }) => wrong(trouble, cure)),
    ];
    if (all.length === 0)
      return [wrong('there are none: nobody can call the API', 'longshore keys create operator --scopes ops')];
    return found.length > 0
      ? found
      : [well(`${count(all.length, 'key', 'keys')}, each with a name and no more than it needs`)];
  },
};

const secrets: Check<Deployment> = {
  name: 'secrets',
  async look({ api, readSecrets }) {
    const { connections } = await api.get('/connections');
    const byMarketplace = Map.groupBy(connections, ({ marketplace }) => marketplace);
    const found = await Promise.all(
      [...byMarketplace].map(async ([marketplace, own]) => {
        const values = await readSecrets(marketplace);
        return own.flatMap(({ id }) => {
          const missing = lacking(values[id]);
          const cure = 'longshore connections put connections.json';
          return missing ? [wrong(`${id}: ${missing}`, cure)] : [];
        });
      }),
    );
    if (found.flat().length > 0) return found.flat();
    return [well(`${count(connections.length, 'connection has its', 'connections have their')} secrets`)];
  },
};

function lacking(values: object | undefined): string | undefined {
  if (values === undefined) return 'there is no secret';
  const empty = Object.entries(values).filter(([, value]) => value === '' || value === null);
  return empty.length > 0 ? `no value for ${empty.map(([name]) => name).join(', ')}` : undefined;
}

/** Whoever takes UCP's order events looks for the key in the profile. */
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
