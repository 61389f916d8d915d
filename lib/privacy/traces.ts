import { isUtf8 } from 'node:buffer';
import { domainToUnicode } from 'node:url';
import type { Order } from '#lib/orders/order';
import { decodeReferences } from '#lib/platform/html';
import { readJson } from '#lib/platform/json';
import { decodeText } from '#lib/platform/text';

/** Shorter words are also found in what has nothing to do with the buyer. */
const MIN_LETTERS = 6;

/**
 * What identifies a buyer in a text that belongs to no known order, as JSON writes it. `email`: the address, if it was
 * named; orders that were erased before no longer have it.
 */
export function tracesOf(orders: readonly Order[], email?: string): string[] {
  const words = orders.flatMap(
    ({ buyer, externalId, number, history, parts = {}, correctedAddress, shippingAddress }) => {
      const snapshots = [history, ...Object.values(parts)].map(({ snapshot }) => snapshot);
      const said = snapshots.flatMap((each) => [each.shippingAddress, each.billingAddress ?? {}]);
      const addresses = [shippingAddress, correctedAddress ?? {}, ...said];
      return [
        // A short one is a quantity or a price somewhere else.
        number.length >= MIN_LETTERS ? `"${number}"` : undefined,
        ...[buyer, ...snapshots.map((each) => each.buyer), ...addresses].flatMap((who) => [
          who.email,
          numberIn(who.phone_number),
        ]),
        ...addresses.flatMap(({ street_address }) => street_address),
        `"${externalId}"`,
      ];
    },
  );
  const known = [...words, email].filter((word) => word !== undefined && word.trim().length >= MIN_LETTERS) as string[];
  return [...new Set(known.map((word) => (word.startsWith('"') ? word : inJson(word))))];
}

const PHONE_DIGITS = 9;
/**
 * The end of a telephone number, which prefixes do not change: `+48 600 100 200`, `0048600100200` and `(600) 100-200`
 * are the same. Undefined for placeholders such as `000000000`.
 */
const numberIn = (phone: string | undefined): string | undefined => {
  const digits = phone?.replaceAll(/\D/g, '') ?? '';
  if (new Set(digits).size === 1) return undefined;
  return digits.length < PHONE_DIGITS ? phone : digits.slice(-PHONE_DIGITS);
};

/** No language has so many on one letter (UAX #15 allows 30), and normalizing takes quadratic time for a run of them. */
const MANY_MARKS = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/**
 * Text in one normal form: case, width, combining and invisible characters, runs of spaces, hosts in punycode, HTML's
 * references and JSON's escapes (several levels in JSON within a JSON string) make no difference.
 */
const plain = (text: string): string =>
  decodeReferences(text.replaceAll(ESCAPED, characterOf).replaceAll(/\\+(?=["\\])/g, ''))
    .replaceAll(MANY_MARKS, '$1')
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase()
    .replaceAll(/(?<=@)[\w.-]*xn--[\w.-]*/g, (host) => domainToUnicode(host) || host);

/** A text with its telephone numbers in one piece. */
const withNumbers = (text: string): string => text.replaceAll(/(?<=\d)[ ()./\p{Pd}]+(?=\d)/gu, '');

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Whether a body (JSON, a form or neither) contains one of the traces, however it writes letters and ids. */
export function hasTrace(body: string | Buffer, traces: readonly string[]): boolean {
  if (traces.length === 0) return false;
  const texts = textsIn(Buffer.from(body))
    .map(plain)
    .flatMap((text) => [text, withNumbers(text)]);
  return traces
    .map(plain)
    .map(finds)
    .some((isIn) => texts.some(isIn));
}

/**
 * Such a character before or after a match makes it somebody else's: `ana@shop.example` in `susana@…`, `Prosta 1` in
 * `Prosta 12`.
 */
const IN_WORD = String.raw`\p{sc=Latin}\p{N}`;
/** The letters of an escape are no part of a word. */
const ESCAPE = String.raw`\\[nrtbf]|%[0-9a-f]{2}`;

/** No word of others begins like it, and expressions may not be as long as a text that came for a street. */
const LONG = 1_000;

/** Finds a trace as a whole word; a telephone number may have any prefix. */
function finds(trace: string): (text: string) => boolean {
  if (/^\d+$/.test(trace) || trace.length > LONG) return (text) => text.includes(trace);
  // The characters that join words within an address, and may come before or after it.
  const [joinBefore, joinBehind] = trace.includes('@') ? ['[._+-]?', String.raw`\.?`] : ['', ''];
  const before = `(?:(?<![${IN_WORD}]${joinBefore})|(?<=(?:${ESCAPE})${joinBefore}))`;
  const behind = `(?!${joinBehind}[${IN_WORD}])`;
  const itself = trace.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const whole = [isInWord(trace.at(0)) ? before : '', itself, isInWord(trace.at(-1)) ? behind : ''];
  const pattern = new RegExp(whole.join(''), 'u');
  return (text) => text.includes(trace) && pattern.test(text);
}

const isInWord = (character = ''): boolean => new RegExp(`[${IN_WORD}]`, 'u').test(character);

/**
 * The text of bytes as UTF-8, as they are read if they are not, and, if they may be that, as UTF-16 in either byte
 * order; also with single bytes unescaped, and what they contain in base64 or hexadecimal digits.
 */
function textsIn(bytes: Buffer, depth = MAX_WRAPPED): string[] {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const wide = bytes.includes(0) ? [even, Buffer.from(even).swap16()].map((each) => each.toString('utf16le')) : [];
  const read = [...new Set([bytes.toString(), decodeText(bytes), ...wide])];
  const texts = [...new Set(read.flatMap((text) => [text, normalJson(text), normalForm(text), unescaped(text)]))];
  if (depth === 0) return texts;
  const runs = new Set(
    texts.flatMap((text) => [text, text.replaceAll(BREAKS, '')]).flatMap((t) => t.match(BASE64) ?? []),
  );
  const hex = [...runs].filter((run) => HEX.test(run)).map((run) => Buffer.from(run, 'hex'));
  const inner = [...hex, ...[...runs].map((run) => Buffer.from(run, 'base64'))].filter(isText);
  return [...texts, ...inner.flatMap((each) => textsIn(each, depth - 1))];
}

/** How deep base64 may be nested in base64. */
const MAX_WRAPPED = 2;
const BASE64 = /[\w+/-]{16,}/g;
const HEX = /^(?:[\da-f]{2})+$/i;
const BREAKS = /(?:[\r\n]|\\[rn])+/g;

/**
 * Whether it may be a text, perhaps cut within a character: other words are not base64 of one. Gzip is none: a stranger's
 * body can hold hundreds, each of which unpacks to a thousand times its size.
 */
const isText = (bytes: Buffer): boolean =>
  !isPacked(bytes) && (bytes.includes(0) || bytes.toString().split('\ufffd').length <= 2);
const isPacked = ([first]: Buffer): boolean => first === 0x1f;

/** Only from the first of several backslashes: from each, a stranger's body full of them would take minutes. */
const ESCAPED = /(?<!\\)\\+(?:u([0-9a-f]{4})|\/)/gi;
const characterOf = (_: string, code = '2f'): string => String.fromCharCode(Number.parseInt(code, 16));

/** JSON that was cut, or is broken, at least loses its unnecessary escapes. */
function normalJson(body: string): string {
  const json = readJson(body);
  if (json !== undefined) return JSON.stringify(json, withTextIds);
  return body.replaceAll(ESCAPED, characterOf);
}

/** Some marketplaces use numbers as ids, which orders have as text; other numbers identify nobody. */
const withTextIds = (name: string, value: unknown): unknown =>
  typeof value === 'number' && /(id|number|order)$/i.test(name) ? String(value) : value;

/** Bytes as URLs (`%C3%A9`), mails (`=C3=A9`, also within a line that `=` breaks) and programs (`\xc3\xa9`) write them. */
const BYTES = /(?:(?:[%=]|\\{1,2}x)[0-9a-f]{2})+/gi;
const SOFT_BREAK = /=(?:\r?\n|(?:\\r)?\\n)/g;
/** Twice: an address in the address of a page may be escaped again. */
const unescaped = (text: string): string =>
  [1, 2].reduce((each) => each.replaceAll(BYTES, inBytes), text.replaceAll(WORD, inWord).replaceAll(SOFT_BREAK, ''));
const inBytes = (run: string): string => {
  const bytes = Buffer.from(run.replaceAll(/[^0-9a-f]/gi, ''), 'hex');
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
};

/** A word of a mail's header (RFC 2047): `=?utf-8?B?w4k=?=`, `=?utf-8?Q?=C3=89_1?=`. What separates two of them is no space. */
const WORD = /=\?([\w-]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=(?:(?:\s|\\[nrt])+(?==\?))?/gi;
function inWord(_: string, charset: string, coding: string, word: string): string {
  const quoted = () => word.replaceAll('_', ' ').replaceAll(/=([\da-f]{2})/gi, characterOf);
  const bytes = coding.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : Buffer.from(quoted(), 'latin1');
  return isPacked(bytes) ? word : decodeText(bytes, `charset=${charset}`);
}

const normalForm = (body: string): string =>
  [...new URLSearchParams(body).values()].flatMap((value) => [JSON.stringify(value), normalJson(value)]).join();
