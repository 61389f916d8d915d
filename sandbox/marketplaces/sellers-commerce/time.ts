const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?)?$/;

/** The instant of a time without zone, here UTC; null for anything else, including impossible days. */
export function instantOf(text: string): number | null {
  if (!TIME.test(text)) return null;
  const instant = Date.parse(`${text.includes('T') ? text : `${text}T00:00`}Z`);
  // 30 February would silently become 2 March.
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text.slice(0, 10)) ? instant : null;
}

/** The UTC time of an instant without zone; fractions are cut off unless asked for. */
export function timeOf(instant: Date, precision: 'seconds' | 'milliseconds' = 'seconds'): string {
  return instant.toISOString().slice(0, precision === 'seconds' ? 19 : 23);
}
