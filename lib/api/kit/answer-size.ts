/** Lambda answers with 6 MB at most, in which text is escaped once more. */
export const MAX_ANSWER_BYTES = 4_000_000;

/** How long a value is as JSON, in bytes. */
export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The beginning of a list that fits into one answer; at least one item. */
export function upToAnswer<T>(all: readonly T[]): T[] {
  let bytes = 0;
  return all.filter((each, index) => {
    bytes += sizeOf(each);
    return index === 0 || bytes <= MAX_ANSWER_BYTES;
  });
}
