import { toInstant, toLocal } from '#lib/platform/time';

/** Both ends as the store writes times: without zone, whole seconds. */
export interface Window {
  from: string;
  to: string;
}

const DAY = 24 * 3600_000;
const HOUR = 3600_000;

/**
 * The store's clock times that hold every moment between two instants. A clock that is put back within the window or
 * a day of its ends shows some times twice, so the window reaches as far as either reading of it does.
 */
export function windowOf(from: string, to: string, zone: string): Window {
  return {
    from: [toLocal(from, zone), shift(toLocal(shiftInstant(from, DAY), zone), -DAY)].sort()[0] ?? '',
    to: [toLocal(to, zone), shift(toLocal(shiftInstant(to, -DAY), zone), DAY)].sort()[1] ?? '',
  };
}

/**
 * When the store last changed something, by what it shows at `readAt`. Of a time that its clock showed twice it is the
 * later reading that has been: what is read later is never taken for older.
 */
export function modifiedAt(text: string, field: string, zone: string, readAt: string): string {
  const first = toInstant(text, field, zone);
  const second = shiftInstant(first, HOUR);
  const isTwice =
    !/(?:z|utc|[+-]\d{2}(?::?\d{2})?)$/i.test(text.slice(10)) && toLocal(second, zone) === toLocal(first, zone);
  return isTwice && second <= readAt ? second : first;
}

const shiftInstant = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();
const shift = (local: string, ms: number): string => shiftInstant(`${local}Z`, ms).slice(0, 19);
