/** A word, quoted for a POSIX shell if need be. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

type Options = Readonly<Record<string, string | number | boolean | undefined>>;

/** `longshore deliveries list --state dead`, without the options that have no value. */
export function longshore(words: string, options: Options = {}): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== '' && value !== false);
  const said = given.map(([name, value]) => ` --${name}${value === true ? '' : ` ${quote(String(value))}`}`);
  return `longshore ${words}${said.join('')}`;
}

/** Escapes what a double-quoted word would not take literally. */
const inUrl = (path: string): string =>
  path.replaceAll(/[!'()*$`"\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

type Query = Readonly<Record<string, string | number | undefined>>;

/** The same as an API call with curl. The hub's address and the key come from the shell. */
export function curl(method: string, path: string, { query = {}, body }: { query?: Query; body?: unknown } = {}) {
  const params = String(new URLSearchParams(query as Record<string, string>));
  const url = `"$LONGSHORE_URL${inUrl(path)}${params && `?${inUrl(params)}`}"`;
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const sent = body === undefined ? '' : ` -H 'content-type: application/json' -d ${quote(JSON.stringify(body))}`;
  return `curl -sS${verb} -H "Authorization: Bearer $LONGSHORE_API_KEY" ${url}${sent}`;
}

/** Commands whose name differs from their path. */
const WORDS: Readonly<Record<string, string>> = { '/audit': 'audit', '/deliveries/causes': 'deliveries causes' };

/** How to read something by command and by curl. `/orders/x` is `orders show x`, `/orders` is `orders list`. */
export function reading(path: string, query: Query = {}): string[] {
  const [, noun, id, verb = 'show'] = path.split('/');
  const words = id === undefined ? `${noun} list` : `${noun} ${verb} ${quote(decodeURIComponent(id))}`;
  return [longshore(WORDS[path] ?? words, { ...query, late: query.late === 'true' }), curl('GET', path, { query })];
}
