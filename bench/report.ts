/** The value below which this share of the values lie; NaN without values. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: ArrayLike<number>): number => percentile(values, 0.5);

/** A table with columns as wide as their widest cell, numbers to the right. */
export function table(head: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => rows.every((row) => /^[\d.,%× -]*$/.test(String(row[column] ?? '')));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const LINE_EVERY_MS = 5000;
let shownAt = 0;

/** Shows progress on stderr: on a terminal the line is overwritten, elsewhere there is one every few seconds. */
export function progress(text: string): void {
  if (process.stderr.isTTY) return void process.stderr.write(`\r\u001b[K${text}`);
  if (Date.now() - shownAt < LINE_EVERY_MS || text === '') return;
  shownAt = Date.now();
  process.stderr.write(`${text}\n`);
}
