import type { Delivery } from '#lib/deliveries/delivery';
import type { Order } from '#lib/orders/order';
import { numberOf } from '#lib/orders/units';
import { db } from '#lib/platform/table/table';
import { inPlainLetters } from '#lib/platform/text';
import * as z from '#lib/platform/zod';
import { hashEmail } from '#lib/privacy/email-hash';

/** What a word is in its order. */
export const Matched = z.enum([
  'id',
  'number',
  'externalId',
  'remoteId',
  'trackingNumber',
  'acknowledgement',
  'market',
  'sku',
  'email',
]);
export type Matched = z.infer<typeof Matched>;

/** A word by which an order is found. */
export interface Word {
  word: string;
  matched: Matched;
  /** For how long an order is found by it; absent: as long as it has the word. */
  keepDays?: number;
}

/** The most characters of a word: more than any vendor's number has, and far less than a key may have. */
const MAX_LENGTH = 100;
/** Begins the hash of an address; no other word contains this character. */
export const EMAIL_MARK = '@';

const isDigit = (code: number): boolean => /\p{Nd}/u.test(String.fromCodePoint(code));
/** The value of a digit in any script: in Unicode, each script's digits are in a row from 0 to 9. */
function worth(digit: string): string {
  let before = 0;
  for (let code = (digit.codePointAt(0) ?? 0) - 1; isDigit(code); code--) before += 1;
  return `${before % 10}`;
}

/**
 * A word as it is stored and searched for: letters and digits only, as nobody remembers case, spaces and dashes. Upper
 * case in between folds letters without a single counterpart (`ß` is `ss`, `ς` is `σ`, Turkish `ı` is `i`). `№` counts
 * as `#`.
 */
export const normalize = (text: string): string =>
  text
    .replaceAll('№', '')
    .normalize('NFKC')
    .replaceAll(/[^\P{Nd}0-9]/gu, worth)
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .slice(0, MAX_LENGTH);

/** The same without accents, as typed by people who have no such keys. */
const plain = (word: string): string =>
  inPlainLetters(word.normalize('NFKD').replaceAll(/\p{M}/gu, '')).normalize('NFC');

/** A word as it was typed, and without its accents: it may have more or fewer of them than the order has. */
export const spellings = (text: string): string[] => [...new Set([normalize(text), plain(normalize(text))])];

export const isEmail = (text: string): boolean => text.normalize('NFKC').includes('@');
/** An address is only kept, and looked for, as its keyed hash. */
export const emailWord = async (email: string, table = db): Promise<string> =>
  `${EMAIL_MARK}${await hashEmail(email, table)}`;

/** The words that an order itself has, each once. */
export function wordsOfOrder(order: Order): Word[] {
  const { number, externalId, fulfillments, ucp, acknowledgement, history, placements } = order;
  const said: Array<[Matched, string | null | undefined]> = [
    ['number', number],
    ['externalId', externalId],
    // What a shipper calls one more placement of it.
    ...placements.flatMap(({ n }): Array<[Matched, string]> => (n ? [['number', numberOf(order, n)]] : [])),
    ...fulfillments.map(({ trackingNumber }): [Matched, string] => ['trackingNumber', trackingNumber]),
    ['acknowledgement', acknowledgement?.reference],
    ['market', history.snapshot.market?.reference],
    ...ucp.line_items.map(({ item }): [Matched, string] => ['sku', item.id]),
  ];
  const words = said.map(([matched, text]) => ({ matched, word: normalize(text ?? '') }));
  return once([...words, ...words.map(({ matched, word }) => ({ matched, word: plain(word) }))]);
}

/** SKUs, which many orders share. */
export const isShared = ({ matched }: Word): boolean => matched === 'sku';

/** The words that are an order's own, and its buyer's address. */
export async function ownWords(order: Order | undefined, table = db): Promise<Word[]> {
  if (!order) return [];
  const { email } = order.buyer;
  const hashed = email ? [{ word: await emailWord(email, table), matched: 'email' as const }] : [];
  return [...wordsOfOrder(order).filter((word) => !isShared(word)), ...hashed];
}

/** For how long an order is found by the beginning of an id that `findByRemoteId` knows as it is searched for. */
const BEGINNING_DAYS = 90;

/** What a shipper calls an order that was placed with it. */
export function wordsOfDelivery(delivery: Delivery | undefined): Word[] {
  const id = delivery?.placed?.remoteId ?? '';
  const word = normalize(id);
  return once([{ word, matched: 'remoteId', ...(word === id && { keepDays: BEGINNING_DAYS }) }]);
}

function once(words: readonly Word[]): Word[] {
  const found = new Map<string, Word>();
  for (const each of words) if (each.word !== '' && !found.has(each.word)) found.set(each.word, each);
  return [...found.values()];
}
