import { currentTrace } from './trace.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * One line of JSON for the log. Lambda's own console would wrap it into the `message` of another line, where CloudWatch
 * finds no metric and a query no field; on stdout it stays as it is.
 */
export function printLine(level: Level, line: string): void {
  if (process.env.AWS_LAMBDA_RUNTIME_API) process.stdout.write(`${line}\n`);
  else console[level](line);
}

type Fields = Record<string, string | number | boolean | null | undefined>;

/**
 * One JSON line, with `timestamp` and `level` as Lambda wants them to filter by level. Fields are ids, codes and counts
 * only: never a body, a header, a secret or a buyer's data.
 */
function write(level: Level, message: string, fields: Fields = {}): void {
  const timestamp = new Date().toISOString();
  printLine(level, JSON.stringify({ timestamp, level, message, ...traceFields(), ...fields }));
}

/** Named as in OpenTelemetry, so that log tools find the trace by themselves. */
function traceFields(): Fields {
  const trace = currentTrace();
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
}

export const log = {
  info: (message: string, fields?: Fields) => write('info', message, fields),
  warn: (message: string, fields?: Fields) => write('warn', message, fields),
  error: (message: string, fields?: Fields) => write('error', message, fields),
};

/**
 * An error's class, stable code and the innermost line of our code it passed; its message may quote a body, so it is
 * left out.
 */
export const errorFields = (error: unknown): Fields => {
  const { name, code, message = '', stack = '' } = error as Partial<Error> & { code?: unknown };
  // The message may itself have lines that look like calls: only what follows it is read.
  const calls = message ? stack.split(message).slice(1).at(-1) : stack;
  const places = [...(calls ?? '').matchAll(/^ +at (.+:\d+:\d+\)?)$/gm)].map(([, place]) => place);
  return {
    error: name ?? typeof error,
    code: typeof code === 'string' ? code : undefined,
    at: places.find((place) => !/node_modules|node:/.test(place ?? '')) ?? places[0],
  };
};
