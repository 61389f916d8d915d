/** The watermark, an instant, from which everything since then is read again; never later than the present one. */
export const rewindInstant = (watermark: string, since: string): string =>
  Date.parse(since) < Date.parse(watermark) ? since : watermark;

/** When rows leave a list while it is read, the rest move up by as many. */
const ROWS_AGAIN = 10;
/** How many rows after the start of a page the next one begins. */
export const stepOver = (rows: number): number => Math.max(Math.ceil(rows / 2), rows - ROWS_AGAIN);
