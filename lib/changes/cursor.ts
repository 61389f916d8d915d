import { type ErrorDetail, RejectedError } from '#lib/platform/errors';
import { INDEX_SHARDS } from '#lib/platform/names';

/** How far one partition is read: all items up to `position`, and `taken` entries of the next. */
export interface Mark {
  position: number;
  taken: number;
}

/** A mark for each partition, by its number. */
export type Marks = readonly Mark[];

const PARTITIONS = Array.from({ length: INDEX_SHARDS }, (_, partition) => partition);

/** What a function finds for each partition, one after the other in the order of their numbers. */
export const eachPartition = <T>(find: (partition: number) => Promise<T>): Promise<T[]> =>
  Promise.all(PARTITIONS.map(find));

export const EARLIEST: Marks = PARTITIONS.map(() => ({ position: 0, taken: 0 }));

/** `since` is when the consumer was last moved to where it reads from; 0 for a reader without a name. */
export const encodeMarks = (marks: Marks, since = 0): string => {
  const positions = marks.map(({ position, taken }) => (taken ? `${position}+${taken}` : `${position}`));
  return Buffer.from(`${positions.join('.')}${since ? `~${since}` : ''}`).toString('base64url');
};

const CURSOR = /^\d{1,12}(\+\d{1,6})?(\.\d{1,12}(\+\d{1,6})?)*(~\d{1,15})?$/;

/** Milliseconds since 1970. */
export const sinceOf = (cursor: string): number =>
  Number(Buffer.from(cursor, 'base64url').toString().split('~')[1] ?? 0);

/** Throws RejectedError `invalid_cursor` for text that the hub never gave out. Partitions it lacks begin anew. */
export function decodeMarks(cursor: string, otherwise?: Pick<ErrorDetail, 'description' | 'field'>): Marks {
  const text = Buffer.from(cursor, 'base64url').toString();
  const parts = text.replace(/~.*/, '').split('.');
  if (!CURSOR.test(text) || parts.length > PARTITIONS.length)
    throw new RejectedError({ code: 'invalid_cursor', description: 'this is no cursor of the feed', ...otherwise });
  return PARTITIONS.map((index) => {
    const [position = 0, taken = 0] = (parts[index] ?? '0').split('+').map(Number);
    return { position, taken };
  });
}

/** The further mark of the two, in each partition separately. */
export const furthest = (a: Marks, b: Marks): Marks =>
  a.map((mark, index) => {
    const other = b[index] ?? mark;
    return (mark.position - other.position || mark.taken - other.taken) < 0 ? other : mark;
  });
