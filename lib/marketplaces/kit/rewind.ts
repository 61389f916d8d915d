/** The watermark, an instant, from which everything since then is read again; never a later one than there is. */
export const rewindInstant = (watermark: string, since: string): string =>
  Date.parse(since) < Date.parse(watermark) ? since : watermark;

/** Rows that leave a list while it is read move the rest up by as many. */
const ROWS_AGAIN = 10;
/** How many rows after a page the next one begins. */
export const stepOver = (rows: number): number => Math.max(Math.ceil(rows / 2), rows - ROWS_AGAIN);
