import { appendFileSync, createWriteStream } from 'node:fs';

/** A write wakes another thread, which costs more than the line. */
const GATHER_MS = 20;

/** The hub's log lines go where CloudWatch would have them; the terminal is for people. */
export function logToFile(path: string): void {
  const file = createWriteStream(path, { flags: 'a' });
  let lines: string[] = [];
  const due = () => {
    const text = lines.join('');
    lines = [];
    return text;
  };
  const write = (line: unknown) => {
    if (lines.length === 0) setTimeout(() => file.write(due()), GATHER_MS);
    lines.push(`${String(line)}\n`);
  };
  for (const level of ['debug', 'info', 'warn', 'error'] as const) console[level] = write;
  process.once('exit', () => appendFileSync(path, due()));
}
