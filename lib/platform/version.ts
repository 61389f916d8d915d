// Apart from the other times: receivers need it, and start faster without a schema library.

/** Clocks and zones differ by less. A version further ahead is a mistake, which would outlast all that is told until then. */
const MAX_AHEAD_MS = 24 * 3600_000;

/** A source's version of what was read at `asOf`, or that instant where there is none to go by. */
export const versionAt = (version: string | null, asOf: string): string =>
  version === null || Date.parse(version) > Date.parse(asOf) + MAX_AHEAD_MS ? asOf : version;
