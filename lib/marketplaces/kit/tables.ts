/** Whether two words are the same but for case and outer spaces. */
export const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** What a table of a seller's words has for one of them; undefined for none. */
export const entryFor = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.entries(table).find(([known]) => same(known, word))?.[1];

/** A vendor's names by their numbers. */
export type Table = Readonly<Record<number, string>>;

/** A table of names, given in lines of several, the first of which has this number. */
export function numbered(first: number, ...lines: readonly string[]): Table {
  const names = lines.flatMap((line) => line.split(', '));
  return Object.fromEntries(names.map((name, index) => [first + index, name]));
}

/** The number of a word in a table: its name, or the number itself as text, without regard to case and spaces. */
export function idIn(table: Table, word: string): number | undefined {
  const found = Object.entries(table).find(([id, name]) => id === word.trim() || plain(name) === plain(word));
  return found && Number(found[0]);
}

/** A name without what vendors vary in it: "Cancelled" is "Canceled" in the US. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_]/g, '').replace('cancelled', 'canceled');
