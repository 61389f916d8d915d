import { isUtf8 } from 'node:buffer';

/** The most that a small gzipped body, which anyone may send, is unpacked to. */
const MAX_UNPACKED_BYTES = 256 * 1024;

/**
 * The text of bytes, after gzip is undone. UTF-8, as JSON is, whatever a header claims, even if a character is cut in
 * two; UTF-16 by its mark, or by the zero bytes at the beginning of JSON; otherwise the charset that `Content-Type`
 * names, or Windows-1252, in which every byte is a character.
 */
export function decodeText(sent: Uint8Array, contentType = '', isWhole = true): string {
  const bytes = unpack(sent);
  const [, named] = /charset="?([\w-]+)/i.exec(contentType) ?? [];
  const text = tryDecode(bytes, utfOf(bytes), isWhole);
  if (text !== undefined) return text;
  const mended = new TextDecoder().decode(bytes);
  if (count(mended, /[^\0-\x7f\ufffd]/gu) >= count(mended, /\ufffd/g)) return mended;
  return (named && tryDecode(bytes, named, isWhole)) ?? new TextDecoder('windows-1252').decode(bytes);
}

function utfOf([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-8' {
  if (first === 0xff || second === 0) return 'utf-16le';
  return first === 0xfe || first === 0 ? 'utf-16be' : 'utf-8';
}

const count = (text: string, letters: RegExp): number => text.match(letters)?.length ?? 0;

/** Undefined if it is no text in that charset, or there is no such charset. */
function tryDecode(bytes: Uint8Array, charset: string, isWhole: boolean): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return undefined;
  }
}

/** The bytes themselves if they only begin like gzip, or hold too much. */
const unpack = (bytes: Uint8Array) =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? undo('gunzipSync', bytes, MAX_UNPACKED_BYTES) : bytes;

type Unzip = 'gunzipSync' | 'brotliDecompressSync' | 'inflateSync' | 'inflateRawSync';
type Decode = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const CODINGS: Readonly<Record<string, Unzip[]>> = {
  gzip: ['gunzipSync'],
  'x-gzip': ['gunzipSync'],
  br: ['brotliDecompressSync'],
  // With zlib's header, as the standard has it, or without, as many send it.
  deflate: ['inflateSync', 'inflateRawSync'],
};

/** Twice as long, as JSON in JSON may be, it still fits into a message; what unpacks to more stays packed. */
const MAX_DECODED_BYTES = 480 * 1024;

/**
 * A body without the codings that `Content-Encoding` lists, of which a proxy may have undone some: text stays as it is,
 * as one JSON in four also reads as deflate, of something else.
 */
export const withoutCodings = (body: Buffer, contentEncoding = ''): Buffer =>
  contentEncoding
    .toLowerCase()
    .split(',', MAX_CODINGS)
    .flatMap((coding) => CODINGS[coding.trim()] ?? [])
    .reduceRight((bytes, unzip) => (isText(bytes) ? bytes : undo(unzip, bytes, MAX_DECODED_BYTES)), body);

/** More are a stranger's, who wants us to be busy. */
const MAX_CODINGS = 4;
const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !CONTROLS.test(bytes.toString());
const CONTROLS = /[^\P{Cc}\t\n\r]/u;

function undo<Bytes extends Uint8Array>(unzip: Unzip, bytes: Bytes, maxOutputLength: number) {
  try {
    // Loaded when it is needed: hardly a webhook is packed, and a receiver starts sooner without it.
    const decode: Decode = process.getBuiltinModule('node:zlib')[unzip];
    return decode(bytes, { maxOutputLength });
  } catch {
    return bytes;
  }
}

const PLAIN: Readonly<Record<string, string>> = {
  ...{ ł: 'l', ø: 'o', đ: 'd', ħ: 'h', ŧ: 't' },
  ...{ æ: 'ae', œ: 'oe', þ: 'th', ð: 'd' },
};

/** Lower-case text with Latin letters that Unicode does not decompose as people without keys for them type them. */
export const inPlainLetters = (text: string): string =>
  text.replaceAll(/[łøđħŧæœþð]/g, (letter) => PLAIN[letter] ?? letter);

/** The name itself if it is one of these, or else the one that it is in other letters. */
export function findAlike(names: readonly string[], name: string): string | undefined {
  const folded = (each: string): string => each.trim().toLowerCase();
  return names.find((each) => each === name) ?? names.find((each) => folded(each) === folded(name));
}
