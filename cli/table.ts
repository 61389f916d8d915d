import { oneLine } from './format.ts';

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  /** May be cut where the terminal is narrow; the others never are. */
  flexible?: boolean;
  right?: boolean;
}

const GAP = 2;
const MIN_FLEXIBLE = 8;

/**
 * Rows under their titles, each one line of at most `width` characters as long as the columns that are never cut leave
 * room; without a width nothing is cut, for a pipe. A column that is empty in every row is left out.
 */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width?: number): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.value(row)) || '-'));
  const shown = columns.map((_, index) => cells.some((row) => row[index] !== '-'));
  const natural = columns.map(({ title }, index) =>
    shown[index] ? Math.max(title.length, ...cells.map((row) => lengthOf(row[index] ?? ''))) : 0,
  );
  const widths = width === undefined ? natural : narrow(natural, columns, width);
  const line = (values: readonly string[]) =>
    values
      .flatMap((value, index) => (shown[index] ? [pad(value, widths[index] ?? 0, columns[index]?.right)] : []))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)].join('\n');
}

/** Takes what is too much from the widest flexible columns first. */
function narrow<Row>(natural: readonly number[], columns: readonly Column<Row>[], width: number): number[] {
  const widths = [...natural];
  const visible = widths.filter((each) => each > 0).length;
  const total = () => widths.reduce((sum, each) => sum + each, 0) + GAP * Math.max(0, visible - 1);
  while (total() > width) {
    const candidates = widths.flatMap((each, index) =>
      columns[index]?.flexible && each > MIN_FLEXIBLE ? [{ each, index }] : [],
    );
    const widest = candidates.sort((a, b) => b.each - a.each)[0];
    if (!widest) break;
    widths[widest.index] = widest.each - 1;
  }
  return widths;
}

const lengthOf = (text: string): number => [...text].length;

function pad(text: string, width: number, right = false): string {
  const characters = [...text];
  const fitting = characters.length > width ? `${characters.slice(0, Math.max(0, width - 1)).join('')}…` : text;
  const space = ' '.repeat(Math.max(0, width - lengthOf(fitting)));
  return right ? space + fitting : fitting + space;
}

/** `name  value` lines; what has no value is left out. */
export function renderFacts(facts: ReadonlyArray<readonly [string, string | null | undefined]>): string {
  const given = facts.filter((fact): fact is readonly [string, string] => Boolean(fact[1]));
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(value)}`).join('\n');
}
