// Apart from the other times: receivers need it, and start faster without a schema library.

/**
 * No zone and no wrong clock of a vendor, which is ahead by as much in all it tells, explains more. A version further ahead
 * is a mistake, which would outlast all that is told until then.
 */
const MAX_AHEAD_MS = 7 * 24 * 3600_000;

const isAhead = (version: string, asOf: string): boolean => Date.parse(version) > Date.parse(asOf) + MAX_AHEAD_MS;

/** A source's version of what was read at `asOf`, or that instant where there is none to go by. */
export const versionAt = (version: string | null, asOf: string): string =>
  version === null || isAhead(version, asOf) ? asOf : version;

/**
 * Whether a known version is still too far ahead while something is read of `asOf`, which may be long ago: it was stored
 * before versions had a bound.
 */
export const isUnbounded = (version: string, asOf: string, now = new Date().toISOString()): boolean =>
  isAhead(version, asOf > now ? asOf : now);
