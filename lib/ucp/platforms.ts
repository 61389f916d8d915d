import { cached } from '#lib/platform/cache';
import type { HttpResponse } from '#lib/platform/http/classify';
import type { createPoster } from '#lib/platform/http/post';
import * as z from '#lib/platform/zod';
import { UcpRefusal } from './refusal.ts';
import type { FindKey, Jwk } from './signatures.ts';

/** The part of a platform's profile (`discovery/profile_schema.json`) that signatures are checked with. */
const Profile = z.object({
  signing_keys: z._default(z.array(z.looseObject({ kid: z.string(), kty: z.string() })), []),
});

const TTL_MS = 10 * 60_000;
/** For an unknown or replaced key the profile is read anew, but no more often than this (overview.md, "Fetching"). */
const FLOOR_MS = 60_000;
const MAX_PROFILES = 100;
const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;

/**
 * The keys of platforms, by their profiles' addresses: the caller says which of these are trusted. `read` is the hub's
 * way to URLs that others name. Throws UcpRefusal for a profile that does not come, is elsewhere (3xx) or is none.
 */
export function createPlatforms(read: ReturnType<typeof createPoster>, clock = Date.now): FindKey {
  const profiles = cached(
    TTL_MS,
    async (url) =>
      keysOf(await read(url, { headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }).catch(() => undefined)),
    { clock, maxEntries: MAX_PROFILES },
  );
  return async (url, kid, { isWrong = false } = {}) => {
    const find = async (maxAgeMs: number) => (await profiles.get(url, { maxAgeMs })).find((key) => key.kid === kid);
    return (isWrong ? undefined : await find(TTL_MS)) ?? find(FLOOR_MS);
  };
}

const headers = { accept: 'application/json' };

function keysOf(answer: HttpResponse | undefined): Jwk[] {
  if (answer?.status !== 200) throw new UcpRefusal(424, 'profile_unreachable', "the platform's profile cannot be read");
  const profile = Profile.safeParse(answer.body);
  if (!profile.success) throw new UcpRefusal(422, 'profile_malformed', "the platform's profile is none");
  return profile.data.signing_keys;
}
