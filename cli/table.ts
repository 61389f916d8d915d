import { oneLine } from './format.ts';

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  /** May be cut if the terminal is narrow; the others never are. */
  flexible?: boolean;
  right?: boolean;
  /** Left out first if the terminal is too narrow for all columns. */
  minor?: boolean;
}

const GAP = 2;
const MIN_FLEXIBLE = 8;

/**
 * Rows under their titles, each one line of at most `width` characters. To fit, flexible columns are cut first, then
 * minor ones left out, then those on the right. Without a width, as for a pipe, nothing is cut. Columns that are empty
 * in every row are left out.
 */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width?: number): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.value(row)) || '-'));
  const natural = columns.map(({ title }, index) =>
    cells.some((row) => row[index] !== '-')
      ? Math.max(title.length, 1, ...cells.map((row) => lengthOf(row[index] ?? '')))
      : 0,
  );
  const widths = width === undefined ? natural : narrow(natural, columns, width);
  const line = (values: readonly string[]) =>
    values
      .flatMap((value, index) => (widths[index] ? [pad(value, widths[index], columns[index]?.right)] : []))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)].join('\n');
}

/** The widths of the columns within `width`; 0 for a column that is left out. */
function narrow<Row>(natural: readonly number[], columns: readonly Column<Row>[], width: number): number[] {
  const widths = [...natural];
  const least = () =>
    totalOf(widths.map((each, index) => (columns[index]?.flexible ? Math.min(each, MIN_FLEXIBLE) : each)));
  while (least() > width) {
    const open = widths.flatMap((each, index) => (each > 0 && index > 0 ? [index] : []));
    const drop = open.findLast((index) => columns[index]?.minor) ?? open.at(-1);
    if (drop === undefined) break;
    widths[drop] = 0;
  }
  // The widest flexible column is cut first.
  while (totalOf(widths) > width) {
    const most = Math.max(...widths.filter((each, index) => columns[index]?.flexible && each > MIN_FLEXIBLE));
    const widest = widths.findIndex((each, index) => columns[index]?.flexible && each === most);
    if (widest < 0) break;
    widths[widest] = most - 1;
  }
  return widths;
}

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each, 0) + GAP * Math.max(0, widths.filter((each) => each > 0).length - 1);

const lengthOf = (text: string): number => [...text].length;

function pad(text: string, width: number, right = false): string {
  const characters = [...text];
  const fitting = characters.length > width ? `${characters.slice(0, Math.max(0, width - 1)).join('')}…` : text;
  const space = ' '.repeat(Math.max(0, width - lengthOf(fitting)));
  return right ? space + fitting : fitting + space;
}

/** `name  value` lines; names without a value are left out. */
export function renderFacts(facts: ReadonlyArray<readonly [string, string | null | undefined]>): string {
  const given = facts.filter((fact): fact is readonly [string, string] => Boolean(fact[1]));
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(value)}`).join('\n');
}
