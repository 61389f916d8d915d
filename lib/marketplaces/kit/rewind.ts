/** For a watermark that is an instant: the one from which everything since then is read again, never a later one. */
export const rewindInstant = (watermark: string, since: string): string =>
  Date.parse(since) < Date.parse(watermark) ? since : watermark;
