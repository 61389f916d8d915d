import type { Command } from 'commander';
import { createApi } from './api-client.ts';
import { usageError } from './errors.ts';
import { printable, renderJson } from './format.ts';
import { type Column, renderTable } from './table.ts';

const DEFAULT_URL = 'http://127.0.0.1:4400';
/** The API key of a local hub, unless it was given another. */
const LOCAL_KEY = 'local-dev-key';

/** Options of the program itself, allowed before or after any command. */
export interface GlobalOptions {
  url?: string;
  key?: string;
  json?: boolean;
}

export type Session = ReturnType<typeof openSession>;

export function openSession(command: Command) {
  const { url, key, json = false } = command.optsWithGlobals<GlobalOptions>();
  const hub = readHubUrl(url ?? (process.env.LONGSHORE_URL || DEFAULT_URL));
  const apiKey = readKey(key ?? process.env.LONGSHORE_API_KEY, hub);
  const print = (text: string): void => void process.stdout.write(`${printable(text)}\n`);
  return {
    api: createApi({ url: hub, key: apiKey }),
    key: apiKey,
    /** Only JSON on stdout. */
    json,
    get now() {
      return new Date();
    },
    print,
    /** Writes remarks to stderr, so that they stay out of pipes. */
    note: (text: string): void => void process.stderr.write(`${printable(text)}\n`),
    /** Prints the API's answer: as JSON with `--json`, else as `show` formats it. */
    answer: <T>(value: T, show: (value: T) => string) => print(json ? renderJson(value) : show(value)),
    table: <Row>(rows: readonly Row[], columns: readonly Column<Row>[]) =>
      renderTable(rows, columns, process.stdout.isTTY ? process.stdout.columns : undefined),
  };
}

/** A hub's URL without its last slash. Throws a usage error if it is none. */
export function readHubUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username)
    throw usageError(`--url must be the hub's address, such as https://hub.example, not "${text}"`);
  return url.href.replace(/\/+$/, '');
}

/** The API key. The well-known key of local hubs is sent to loopback addresses only. */
function readKey(key: string | undefined, hub: string): string {
  if (key) {
    if (/^[\x21-\x7e]{1,512}$/.test(key)) return key;
    throw usageError('the API key contains invalid characters');
  }
  if (/^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(hub).hostname)) return LOCAL_KEY;
  throw usageError(`${hub} needs an API key: give --key or LONGSHORE_API_KEY`);
}
