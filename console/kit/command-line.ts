/** A word as a POSIX shell reads it. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

type Options = Readonly<Record<string, string | number | boolean | undefined>>;

/** `longshore deliveries list --state dead`, without the options that have no value. */
export function longshore(words: string, options: Options = {}): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== '' && value !== false);
  const said = given.map(([name, value]) => ` --${name}${value === true ? '' : ` ${quote(String(value))}`}`);
  return `longshore ${words}${said.join('')}`;
}

const KEY = `-H "Authorization: Bearer $LONGSHORE_API_KEY"`;
/** What a double-quoted word takes literally. */
const inUrl = (path: string): string =>
  path.replaceAll(/[!'()*$`"\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

interface Sent {
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}

/** The same as a call of the API. The hub's address and the key are the shell's. */
export function curl(method: string, path: string, { query = {}, body }: Sent = {}): string {
  const params = String(new URLSearchParams(query));
  const url = `"$LONGSHORE_URL${inUrl(path)}${params && `?${inUrl(params)}`}"`;
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const sent = body === undefined ? '' : ` -H 'content-type: application/json' -d ${quote(JSON.stringify(body))}`;
  return `curl -sS${verb} ${KEY} ${url}${sent}`;
}

/** How something is read: on the command line, and as a call. */
export const reading = (words: string, path: string, query: Readonly<Record<string, string>> = {}): string[] => [
  longshore(words, { ...query, late: query.late === 'true' }),
  curl('GET', path, { query }),
];
