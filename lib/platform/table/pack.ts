import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { IndexKeys, Key } from './table.ts';

const FAST = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 16, [constants.BROTLI_PARAM_MODE]: 1 },
};

const KEYS = ['pk', 'sk', 'timePk', 'timeSk', 'statePk', 'stateSk', 'expiresAt'] as const;

/**
 * An item whose members are one compressed attribute, as a write is paid by the kilobyte. Keys stay readable, and so do
 * the members that conditions name.
 */
export function pack<T extends Key & IndexKeys & { expiresAt?: number }>(
  item: T,
  visible: ReadonlyArray<keyof T & string>,
) {
  const outside = new Set<string>([...KEYS, ...visible]);
  const entries = Object.entries(item);
  const packed = Object.fromEntries(entries.filter(([name]) => !outside.has(name)));
  return {
    ...Object.fromEntries(entries.filter(([name]) => outside.has(name))),
    packed: brotliCompressSync(JSON.stringify(packed), FAST),
  } as unknown as T;
}

/** An item with its members as they were put, packed or not. */
export function unpack<T extends object>(item: T & { packed?: Uint8Array }): T {
  const { packed, ...rest } = item;
  if (!(packed instanceof Uint8Array)) return item;
  return { ...JSON.parse(brotliDecompressSync(packed).toString()), ...rest };
}
