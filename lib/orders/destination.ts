import { sameContent } from '#lib/platform/canonical-json';
import { inPlainLetters } from '#lib/platform/text';
import type { Address } from './order.ts';

/**
 * Where a parcel goes, without differences of case, accents, spaces and punctuation. Telephone and e-mail do not count.
 */
export function plainDestination({ phone_number: _, email: __, ...address }: Address, point?: string | null): string[] {
  return Object.entries({ ...address, point })
    .filter(([, value]) => spelled(value ?? ''))
    .map(([name, value]) => spelled(`${name} ${value}`))
    .sort();
}

/** Whether two parcels go to the same place and person, however it is written. */
export const isSameDestination = (one: Address, other: Address): boolean =>
  sameContent(plainDestination(one), plainDestination(other));

// Upper case in between makes one of `ß` and `ss`. Only the accents of Latin, Greek and Cyrillic are no letters.
const spelled = (text: string): string =>
  inPlainLetters(text.toUpperCase().toLowerCase().normalize('NFKD'))
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
