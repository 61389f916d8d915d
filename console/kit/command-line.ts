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

/** What a double-quoted word takes literally. */
const inUrl = (path: string): string =>
  path.replaceAll(/[!'()*$`"\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

type Query = Readonly<Record<string, string | number | undefined>>;

/** The same as a call of the API. The hub's address and the key are the shell's. */
export function curl(method: string, path: string, { query = {}, body }: { query?: Query; body?: unknown } = {}) {
  const params = String(new URLSearchParams(query as Record<string, string>));
  const url = `"$LONGSHORE_URL${inUrl(path)}${params && `?${inUrl(params)}`}"`;
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const sent = body === undefined ? '' : ` -H 'content-type: application/json' -d ${quote(JSON.stringify(body))}`;
  return `curl -sS${verb} -H "Authorization: Bearer $LONGSHORE_API_KEY" ${url}${sent}`;
}

/** Commands that are not called as their paths are. */
const WORDS: Readonly<Record<string, string>> = { '/audit': 'audit', '/deliveries/causes': 'deliveries causes' };

/** How something is read: on the command line, and as a call. `/orders/x` is `orders show x`, `/orders` is `orders list`. */
export function reading(path: string, query: Query = {}): string[] {
  const [, noun, id, verb = 'show'] = path.split('/');
  const words = id === undefined ? `${noun} list` : `${noun} ${verb} ${quote(decodeURIComponent(id))}`;
  return [longshore(WORDS[path] ?? words, { ...query, late: query.late === 'true' }), curl('GET', path, { query })];
}
