import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DICTIONARY } from './dictionary.ts';

export interface Key {
  pk: string;
  sk: string;
}

/** Index attributes; absent means the item is not in that index. */
export interface IndexKeys {
  timePk?: string;
  timeSk?: string;
  statePk?: string;
  stateSk?: string;
}

export type Item<T> = T & Key & IndexKeys & { expiresAt?: number };

const MAX_PARTITION_KEY_BYTES = 2048;
export const MAX_SORT_KEY_BYTES = 1024;
const isLonger = (text: string | undefined, bytes: number): boolean =>
  // A UTF-16 unit takes at most three bytes in UTF-8.
  text !== undefined && text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

/** Whether a key, in the table or in one of its indexes, is longer than DynamoDB allows. */
export const isKeyTooLong = ({ pk, sk, timePk, timeSk, statePk, stateSk }: Partial<Key & IndexKeys>): boolean =>
  [pk, timePk, statePk].some((text) => isLonger(text, MAX_PARTITION_KEY_BYTES)) ||
  [sk, timeSk, stateSk].some((text) => isLonger(text, MAX_SORT_KEY_BYTES));

const DAY_SECONDS = 24 * 3600;

/** When an item of this kind expires, counted from an instant: in seconds since 1970, as DynamoDB wants it. */
export const expiryOf = ({ keepDays }: { keepDays: number }, from: string): number =>
  Math.ceil(Date.parse(from) / 1000 + keepDays * DAY_SECONDS);

/** The expiry of what is kept for so many days; none for 0 days, which means for ever. */
export const keptFor = (days: number, from: string): { expiresAt?: number } =>
  days > 0 ? { expiresAt: expiryOf({ keepDays: days }, from) } : {};

/** The first byte of what was deflated with the dictionary; no Brotli stream of ours begins with it. */
const DEFLATED = 1;
/** How far Deflate looks back. An order of a thousand lines names each several times, further apart than by default. */
const DEFLATE_WINDOW = 2 ** 15;
const BROTLI_WINDOW = 22;

/** Most items pack into less than this; by default each would be given 16 KB, soon to be collected. */
const DEFLATE = { dictionary: DICTIONARY, chunkSize: 4096 };

function compress(text: string): Buffer {
  if (text.length <= DEFLATE_WINDOW)
    return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(text, { level: 6, ...DEFLATE })]);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_MODE } = constants;
  return brotliCompressSync(text, {
    params: { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_LGWIN]: BROTLI_WINDOW, [BROTLI_PARAM_MODE]: 1 },
  });
}

const decompress = (packed: Uint8Array): string =>
  (packed[0] === DEFLATED ? inflateRawSync(packed.subarray(1), DEFLATE) : brotliDecompressSync(packed)).toString();

const KEYS = ['pk', 'sk', 'timePk', 'timeSk', 'statePk', 'stateSk', 'expiresAt'] as const;

/**
 * Packs an item's members into one compressed attribute, as writes are paid by the kilobyte. Keys stay readable, and so
 * do members that conditions name.
 */
export function pack<T extends object>(item: Item<T>, visible: ReadonlyArray<keyof T & string>): Item<T> {
  const outside = new Set<string>([...KEYS, ...visible]);
  const entries = Object.entries(item);
  const packed = Object.fromEntries(entries.filter(([name]) => !outside.has(name)));
  return {
    ...Object.fromEntries(entries.filter(([name]) => outside.has(name))),
    packed: compress(JSON.stringify(packed)),
  } as unknown as Item<T>;
}

/** Bytes of the packed part. */
export const packedSize = (item: object): number =>
  'packed' in item && item.packed instanceof Uint8Array ? item.packed.length : 0;

/** An item with its members as they were put, packed or not. */
function unpack<T extends object>(item: T & { packed?: Uint8Array }): T {
  const { packed, ...rest } = item;
  if (!(packed instanceof Uint8Array)) return item;
  return { ...JSON.parse(decompress(packed)), ...rest };
}

/** A stored object without its keys. */
export function bare<T extends object>(item: Item<T>): T {
  const { pk: _p, sk: _s, timePk: _tp, timeSk: _ts, statePk: _sp, stateSk: _ss, expiresAt: _e, ...rest } = unpack(item);
  return rest as unknown as T;
}
