const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?)?$/;

/** An instant of a time without zone, which is UTC here; null for anything else, impossible days included. */
export function instantOf(text: string): number | null {
  if (!TIME.test(text)) return null;
  const instant = Date.parse(`${text.includes('T') ? text : `${text}T00:00`}Z`);
  // 30 February would silently become 2 March.
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text.slice(0, 10)) ? instant : null;
}

/** The time without zone, in UTC, of an instant; fractions are cut off unless they are asked for. */
export function timeOf(instant: Date, precision: 'seconds' | 'milliseconds' = 'seconds'): string {
  return instant.toISOString().slice(0, precision === 'seconds' ? 19 : 23);
}
