export type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * One line of JSON for the log. Lambda's own console wraps what it is told into the `message` of another line, where
 * CloudWatch finds no metric and a query no field; on stdout a line of JSON stays what it is.
 */
export function printLine(level: Level, line: string): void {
  if (process.env.AWS_LAMBDA_RUNTIME_API) process.stdout.write(`${line}\n`);
  else console[level](line);
}
