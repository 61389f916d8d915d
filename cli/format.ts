import { EXPONENTS } from '#lib/platform/currency';
import { isCurrency } from '#lib/platform/money';

const UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const;

/** `3 min ago`, `in 2 h`; `-` for no instant. */
export function relativeTime(instant: string | null | undefined, now: Date): string {
  if (!instant) return '-';
  const seconds = Math.round((now.getTime() - Date.parse(instant)) / 1000);
  if (Math.abs(seconds) < 1) return 'now';
  const duration = describeSeconds(Math.abs(seconds));
  return seconds > 0 ? `${duration} ago` : `in ${duration}`;
}

/** `in 2 h`; `LATE, 3 h ago` if units are left to ship. */
export function describeShipBy({ shipBy, late }: { shipBy: string | null; late: boolean }, now: Date): string {
  if (!shipBy) return '-';
  return late ? `LATE, ${relativeTime(shipBy, now)}` : relativeTime(shipBy, now);
}

/** The largest unit only: 90 seconds are `1 min`. */
export function describeSeconds(seconds: number): string {
  const { name, seconds: size } = UNITS.find((unit) => seconds >= unit.seconds) ?? UNITS[3];
  return `${Math.floor(seconds / size)} ${name}`;
}

/** Minor units as people read them: `12.50 EUR`. */
export function money(amount: number, currency: string): string {
  const digits = isCurrency(currency) ? (EXPONENTS[currency] ?? 2) : 0;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** `1 delivery`, `2 deliveries`. */
export const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** How far a reader of the changes is behind. */
export const describeLag = ({ lagEntries, lagSeconds }: { lagEntries: number; lagSeconds: number }): string =>
  lagEntries === 0 ? 'caught up' : `${count(lagEntries, 'change', 'changes')} behind, ${describeSeconds(lagSeconds)}`;

/** `2 pending, 1 dead`, or `nothing open`. */
export function describeOpen({ pending, blocked, dead }: { pending: number; blocked: number; dead: number }): string {
  const parts = [pending && `${pending} pending`, blocked && `${blocked} blocked`, dead && `${dead} dead`];
  return parts.filter(Boolean).join(', ') || 'nothing open';
}

// A remote's text must neither move the terminal's cursor nor break a line of the table.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

export const oneLine = (text: string): string => text.replace(UNPRINTABLE, ' ').trim();

/** Lines that are safe to print, whatever a remote's text contains. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, (run) => run.replace(/[^\n]+/g, ' '));

/** JSON of the same value without characters that control a terminal. */
export const renderJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNPRINTABLE, (run) => run.replace(/[^\n]/g, escaped));

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
