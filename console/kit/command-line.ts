/** A word as a POSIX shell reads it. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** `longshore deliveries list --state dead`, without the options that have no value. */
export function longshore(
  words: string,
  options: Readonly<Record<string, string | number | boolean | null | undefined>> = {},
): string {
  const given = Object.entries(options).filter(
    ([, value]) => value !== undefined && value !== null && value !== '' && value !== false,
  );
  return [
    'longshore',
    words,
    ...given.map(([name, value]) => (value === true ? `--${name}` : `--${name} ${quote(String(value))}`)),
  ].join(' ');
}

const KEY = `-H "Authorization: Bearer $LONGSHORE_API_KEY"`;
/** What a double-quoted word takes literally. */
const inUrl = (path: string): string =>
  path.replaceAll(/[!'()*$`"\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The same as a call of the API. The hub's address and the key are the shell's. */
export function curl(
  method: string,
  path: string,
  { query = {}, body }: { query?: Readonly<Record<string, unknown>> | undefined; body?: unknown } = {},
): string {
  const params = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value ? [[name, String(value)]] : [])),
  );
  const url = `"$LONGSHORE_URL${inUrl(path)}${params.size > 0 ? `?${inUrl(String(params))}` : ''}"`;
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const sent =
    body === undefined
      ? ''
      : ` -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`;
  return `curl -sS${verb} ${KEY} ${url}${sent}`;
}
