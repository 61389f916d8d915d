import { createHash } from 'node:crypto';
import type { Store } from '../store.ts';

const DIGITS = 23;
const TICKET_LENGTH = 12;

/** The next relay id of a kind: digits, as long as the one the page prints, and the same in every fresh sandbox. */
export function nextRelayId(store: Store, kind: string): string {
  const digest = createHash('sha256')
    .update(`${kind}:${store.next(`id-${kind}`)}`)
    .digest('hex');
  return `2${BigInt(`0x${digest}`)
    .toString()
    .slice(0, DIGITS - 1)}`;
}

/** The next id of a ticket or an image: letters and digits, as the page prints them. */
export function nextShortId(store: Store, kind: string): string {
  const digest = createHash('sha256')
    .update(`${kind}:${store.next(`id-${kind}`)}`)
    .digest('base64');
  return digest.replace(/[^A-Za-z0-9]/g, '').slice(0, TICKET_LENGTH);
}

/** Unix seconds, as every time of this API. */
export const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000);
