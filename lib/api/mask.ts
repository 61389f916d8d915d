import { DOTS, GAP } from '#lib/deliveries/normalize-message';
import type { Address, Order } from '#lib/orders/order';
import type { Buyer } from '#lib/orders/order-schema';
import { getOrder } from '#lib/orders/store';
import { decodeReferences } from '#lib/platform/html';
import { readWrapped } from '#lib/platform/json';
import { decodeText } from '#lib/platform/text';

/** Members that tell who bought and where they live, by UCP's names, ours and the vendors'. */
const PERSONAL =
  /^(first_?name|last_?name|full_?name|company|tax_?id|street\w*|extended_address|address|address_?(line|locality|region|\d)\w*|city|e?-?mail|phone\w*|mobile)$/i;
const POSTAL = /^(postal_?code|post_?code|zip\w*)$/i;
/** Names of things: they are compared and linked, and never hold a person. */
const NAMES_A_THING = /^(id|order|orders|connection|marketplace|delivery|deliveries|cursor|state|code|action|kind|at)$/;
/** Shorter words are also found in what has nothing to do with the buyer. */
const MIN_LETTERS = 3;

/** The first letter, by which a person can recognize someone they expect, and nothing of the length. */
const dotted = (text: string): string => (text === '' ? text : `${[...text][0]}${DOTS}`);
const postal = (text: string): string => `${text.slice(0, 2)}${DOTS}`;

/**
 * An answer without what tells who bought and where they live, in whatever member or sentence. Remotes repeat names in
 * their messages: the names in the answer's orders are looked for in every text.
 */
export async function maskAnswer(answer: Response): Promise<Response> {
  if (!answer.headers.get('content-type')?.includes('json')) return answer;
  const value = (await answer.json()) as unknown;
  const orders = await Promise.all([...new Set(idsOfOrders(value))].map((id) => getOrder(id)));
  const masked = maskValue(value, wordsOf(orders.filter((order) => order !== undefined)));
  return new Response(JSON.stringify(masked), { status: answer.status, headers: answer.headers });
}

/** Every order that is named, also in an export's list of ids. A balance lists thousands, and no words about them. */
function* idsOfOrders(value: unknown, name = ''): Generator<string> {
  if (typeof value === 'string' && name === 'order') yield value;
  if (Array.isArray(value)) for (const each of value) yield* idsOfOrders(each, name);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      const isId = (key === 'id' && 'externalId' in value) || (key === 'orders' && 'places' in value);
      yield* idsOfOrders(member, isId ? 'order' : key);
    }
}

/** What identifies the buyers of these orders, the longest first. */
export function wordsOf(orders: readonly Order[]): RegExp | undefined {
  const people = orders.flatMap(({ buyer, shippingAddress, correctedAddress, history: { snapshot } }) => [
    ...[buyer, shippingAddress, correctedAddress ?? {}],
    ...[snapshot.buyer, snapshot.shippingAddress, snapshot.billingAddress ?? {}],
  ]);
  const words = people.flatMap((who: Buyer & Address) => [
    ...[who.first_name, who.last_name, who.email, who.phone_number, who.company],
    ...[who.street_address, who.extended_address, who.taxId, streetOf(who)],
  ]);
  return anyOf(words);
}

/** A street without the number of the house. A name of one word alone may be any word, such as Street. */
function streetOf({ street_address = '' }: Address): string | undefined {
  const words = street_address.split(/\s+/).filter((word) => word !== '' && !/\d/.test(word));
  return words.length > 1 ? words.join(' ') : undefined;
}

/**
 * More than a line of an address has: a pattern of tens of thousands of characters is refused, or takes seconds. A longer
 * word is found by its beginning, and all that follows in the text is hidden with it.
 */
const MAX_LETTERS = 300;

/** Finds any of these words, standing alone, in a text whose accents are separate characters (NFD). */
function anyOf(words: ReadonlyArray<string | undefined>): RegExp | undefined {
  // A form writes a space as a plus. Where a part between them had one too, every way to divide a row would be tried.
  const known = words.map((word = '') =>
    word
      .normalize()
      .replaceAll(/[\s+]+/g, ' ')
      .trim(),
  );
  const longestFirst = [...new Set(known)]
    .filter((word) => word.length >= MIN_LETTERS)
    .sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return undefined;
  return new RegExp(
    `(?<![\\p{L}\\p{N}\\p{M}])(?:${longestFirst.map(asWritten).join('|')})(?![\\p{L}\\p{N}\\p{M}])`,
    'giu',
  );
}

const PHONE = /^\d[\d\s()./-]{6,}$/;
const SIGNS = String.raw`[\s()./-]*`;
/** The prefix of a telephone number, which is left out at home. */
const PREFIX = String.raw`(?:[+(\d][\d\s()./-]{0,11})?`;
const LOCAL_DIGITS = 8;

/** Letters whose other spelling is not just without the accent, as patterns: each row finds a text in one way. */
const OTHERWISE: Readonly<Record<string, string>> = {
  ...{ ł: 'l', đ: 'd', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe' },
  ...{ ä: 'ae', ö: 'oe', ø: 'oe?', ü: 'ue' },
};
const APOSTROPHE = "['\u2018\u2019\u02bc`\u00b4]";
const APOSTROPHES = new RegExp(`${APOSTROPHE}+`, 'g');
/** Accents. `\p{M}`, which has those of all scripts, takes a hundred times as long to compile for each letter of many words. */
const ACCENTS = '[\\u0300-\\u036f]*';

const withoutAccents = (text: string): string => text.replaceAll(/[\u0300-\u036f]/g, '');

/** A pattern for a character (NFC) with or without accents: forms and labels print `JOSE NUNEZ`, `MUELLER` and `OBRIEN`. */
const withAccents = (character: string): string => {
  if (character === "'") return `${APOSTROPHE}{0,9}`;
  const bare = withoutAccents(character.normalize('NFD'));
  const same = bare.replace(/[\\^$.*+?()[\]{}|]/, '\\$&') + ACCENTS;
  const other = OTHERWISE[character.toLowerCase()];
  return other ? `(?:${same}|${other})` : same;
};

/**
 * A pattern that finds a word also with other spaces or accents, a telephone number with other separators, and numbers
 * as the gap that a cause has for them.
 */
function asWritten(word: string): string {
  const letters = [...word];
  if (letters.length > MAX_LETTERS) return `${asWritten(letters.slice(0, MAX_LETTERS).join('').trim())}[^]*`;
  if (PHONE.test(word)) return PREFIX + [...word.replaceAll(/\D/g, '').slice(-LOCAL_DIGITS)].join(SIGNS);
  // In a row of patterns that may each match nothing, every way to divide a text among them would be tried.
  const parts = withoutAccents(word).replaceAll(APOSTROPHES, "'").split(' ').filter(Boolean);
  const patterns = parts.map((part) => {
    if (part === "'") return `${APOSTROPHE}{1,9}`;
    const same = [...part].map(withAccents).join('');
    return /\d/.test(part) && parts.length > 1 ? `(?:${same}|${GAP})` : same;
  });
  return patterns.join(String.raw`[\s+]+`);
}

/** The text that JSON, a URL or HTML was made of. */
const unescaped = (text: string): string =>
  decodeReferences(
    text
      .replaceAll(/\\u([\da-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
      .replaceAll(/\\[nrt]/g, ' ')
      .replaceAll(/(?:%[\da-f]{2})+/gi, (run) => decodeText(Buffer.from(run.replaceAll('%', ''), 'hex'))),
  );

/** The same value, masked; `words` are looked for in texts. */
export function maskValue(value: unknown, words?: RegExp, name = ''): unknown {
  if (typeof value === 'string') return maskText(value, name, words);
  if (Array.isArray(value)) return value.map((each) => maskValue(each, words, name));
  if (typeof value !== 'object' || value === null) return value;
  if ('body' in value && typeof value.body === 'string') return maskBody({ ...value, body: value.body }, words);
  // A change names its member beside the values.
  const member = 'member' in value && typeof value.member === 'string' ? value.member.split('.').at(-1) : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key === 'note' && 'externalId' in value && typeof each === 'string') return [key, dotted(each)];
      return [key, maskValue(each, words, member && /^(from|to)$/.test(key) ? member : key)];
    }),
  );
}

function maskText(text: string, name: string, words: RegExp | undefined): string {
  if (PERSONAL.test(name)) return dotted(text);
  if (POSTAL.test(name)) return postal(text);
  if (!words || NAMES_A_THING.test(name)) return text;
  const hide = (said: string) =>
    said
      .normalize('NFD')
      .replace(words, (word) => dotted(word.normalize()))
      .normalize();
  const hidden = hide(text);
  const read = unescaped(hidden).normalize();
  const readHidden = hide(read);
  return readHidden === read ? hidden : readHidden;
}

/**
 * An object with a raw body: the body as its paths and types, and its other members without what the body tells of a
 * person.
 */
function maskBody(
  { body, ...rest }: { body: string; encoding?: unknown; named?: unknown },
  words: RegExp | undefined,
): object {
  const raw = readWrapped(decodeText(Buffer.from(body, rest.encoding === 'base64' ? 'base64' : 'utf8')));
  const theirs = anyOf(personalIn(raw));
  const both = words && theirs ? new RegExp(`${words.source}|${theirs.source}`, words.flags) : (words ?? theirs);
  const others = maskValue(rest, both) as object;
  return {
    ...others,
    body: asOutline(raw),
    // In an export: the webhook that named it.
    ...(typeof rest.named === 'string' && { named: asOutline(readWrapped(rest.named)) }),
    ...(rest.encoding !== undefined && { encoding: 'utf8' }),
  };
}

const asOutline = (raw: unknown): string => (raw === undefined ? '' : JSON.stringify(outline(raw)));

/** The texts of a body under names that mean a person, in any vendor's spelling. */
function personalIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string')
    return /name|mail|phone|mobile|street|address|company|calle|tel/i.test(name) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => personalIn(each, Array.isArray(value) ? name : key));
}

/** Each value replaced by its type; a name that may itself be a value, such as an address, is masked. */
function outline(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(outline);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [/^[\w$.-]{1,64}$/.test(key) ? key : dotted(key), outline(each)]),
  );
}
