import { type Connection, ERP } from '#lib/connections/connection';
import type { PaymentState } from '#lib/orders/payment-state';
import type { Explanation, WaitsFor } from './explanation-schema.ts';

/** The connections as they are now, their marketplaces' titles, and what releases their orders. */
export interface Names {
  connections: ReadonlyMap<string, Connection>;
  roleOf(marketplace: string): { info: { title: string }; releases?: readonly PaymentState[] };
}

/** A marketplace by its title, with the connection if there are several at it. */
export function nameOf(id: string, { connections, roleOf }: Names): string {
  if (id === ERP) return 'your ERP';
  const own = connections.get(id);
  if (!own) return id;
  const isOneOfSeveral = [...connections.values()].some(
    (other) => other.id !== id && other.marketplace === own.marketplace,
  );
  const { title } = roleOf(own.marketplace).info;
  return isOneOfSeveral ? `${title} (${id})` : title;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `14:02 UTC`, with the day unless it is today. */
export function timeOf(instant: string, now: Date): string {
  const [date = '', time = ''] = instant.split('T');
  const [year, month, day] = date.split('-').map(Number);
  const today = now.toISOString();
  if (today.startsWith(date)) return `${time.slice(0, 5)} UTC`;
  const named = `${day} ${MONTHS[(month ?? 1) - 1]}${today.startsWith(`${year}`) ? '' : ` ${year}`}`;
  return `${named} ${time.slice(0, 5)} UTC`;
}

/** One sentence: a capital, the zone once, a full stop. */
export function sentenceOf(clauses: readonly string[]): string {
  const text = clauses
    .filter((clause) => clause !== '')
    .join('; ')
    .replace(/ UTC(?=.* UTC)/gs, '')
    .replace(/\.$/, '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export const units = (quantity: number): string => `${quantity} ${quantity === 1 ? 'unit' : 'units'}`;

/** What one rule says of an order; its clauses become the sentence. */
export interface Said {
  stage: Explanation['stage'];
  clauses: readonly string[];
  waitsFor: WaitsFor;
}

export const waitsFor = (
  who: WaitsFor['who'],
  what: WaitsFor['what'] = null,
  since: string | null = null,
  until: string | null = null,
): WaitsFor => ({ who, what, since, until });
