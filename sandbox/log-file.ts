import { createWriteStream } from 'node:fs';

/** The hub's log lines go where CloudWatch would have them; the terminal is for people. */
export function logToFile(path: string): void {
  const file = createWriteStream(path, { flags: 'a' });
  let lines: string[] = [];
  const flush = () => {
    file.write(lines.join(''));
    lines = [];
  };
  const write = (line: unknown) => {
    // What is logged in one turn of the event loop is written at once.
    if (lines.length === 0) setImmediate(flush);
    lines.push(`${String(line)}\n`);
  };
  for (const level of ['debug', 'info', 'warn', 'error'] as const) console[level] = write;
}
