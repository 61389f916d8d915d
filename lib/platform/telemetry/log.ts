import { type Level, printLine } from './print-line.ts';
import { currentTrace } from './trace.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/**
 * One JSON line, with `timestamp` and `level` as Lambda wants them of a log it may filter by level. Fields are ids, codes
 * and counts only: never a body, a header, a secret or a buyer's data.
 */
function write(level: Level, message: string, fields: Fields = {}): void {
  const timestamp = new Date().toISOString();
  printLine(level, JSON.stringify({ timestamp, level, message, ...traceFields(), ...fields }));
}

/** Names as OpenTelemetry has them, so that whatever reads the logs finds the trace by itself. */
function traceFields(): Fields {
  const trace = currentTrace();
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
}

export const log = {
  info: (message: string, fields?: Fields) => write('info', message, fields),
  warn: (message: string, fields?: Fields) => write('warn', message, fields),
  error: (message: string, fields?: Fields) => write('error', message, fields),
};

/** An error's class and stable code; its message may quote a body, so it stays out. */
export const errorFields = (error: unknown): Fields => {
  const { name, code } = error as { name?: string; code?: unknown };
  return { error: name ?? typeof error, code: typeof code === 'string' ? code : undefined };
};
