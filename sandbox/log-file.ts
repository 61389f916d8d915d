import { createWriteStream } from 'node:fs';

/** The hub's log lines go where CloudWatch would have them; the terminal is for people. */
export function logToFile(path: string): void {
  const file = createWriteStream(path, { flags: 'a' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    console[level] = (line: unknown) => file.write(`${String(line)}\n`);
}
