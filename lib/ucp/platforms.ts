import { cached } from '#lib/platform/cache';
import { createHttp } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import { type FindKey, type Jwk, UcpRefusal } from './signatures.ts';

/** Of a platform's profile (`discovery/profile_schema.json`), what a signature is checked with. */
const Profile = z.object({
  signing_keys: z._default(z.array(z.looseObject({ kid: z.string(), kty: z.string() })), []),
});

const TTL_MS = 10 * 60_000;
/** A key that is not known has the profile read anew, and not more often than this (overview.md, "Fetching"). */
const FLOOR_MS = 60_000;
const MAX_PROFILES = 100;
const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;

interface Here {
  /** Refuses addresses inside. */
  fetch: typeof globalThis.fetch;
  clock?: () => number;
}

/** The keys of platforms, by the addresses of their profiles: the caller says which of these are trusted. */
export function createPlatforms({ fetch, clock = Date.now }: Here): FindKey {
  const profiles = cached(TTL_MS, (url) => readKeysOf(url, fetch), { clock, maxEntries: MAX_PROFILES });
  return async (url, kid) => {
    const find = async (maxAgeMs: number) => (await profiles.get(url, { maxAgeMs })).find((key) => key.kid === kid);
    return (await find(TTL_MS)) ?? find(FLOOR_MS);
  };
}

/** Throws UcpRefusal for a profile that does not come, is elsewhere by now (3xx) or is none. */
async function readKeysOf(url: string, fetch: typeof globalThis.fetch): Promise<Jwk[]> {
  const { origin, pathname, search } = new URL(url);
  const budget = { take: async () => undefined, pause: async () => undefined };
  const http = createHttp({ baseUrl: origin, budget, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, fetch });
  const answer = await http.request({ method: 'GET', path: pathname, rawQuery: search }).catch(() => undefined);
  if (!answer) throw new UcpRefusal(424, 'profile_unreachable', "the platform's profile cannot be read");
  const profile = Profile.safeParse(answer.body);
  if (!profile.success) throw new UcpRefusal(422, 'profile_malformed', "the platform's profile is none");
  return profile.data.signing_keys;
}
