/** The deepest nesting read: bodies are walked and written by recursion, and no vendor's has twenty levels. */
const MAX_LEVELS = 200;

/** The value of JSON text, with or without a byte order mark; null if nested too deep, undefined if it is not JSON. */
export function readJson(text: string): unknown {
  try {
    return cut(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}

/** The value of JSON text, also of JSON that is wrapped in a JSON string, as .NET may send it. */
export function readWrapped(text: string): unknown {
  const json = readJson(text);
  return (typeof json === 'string' && readNested(json)) || json;
}

/** The object or list that a text holds as JSON; undefined for any other. */
export const readNested = (text: string): unknown => (/^\s*[[{]/.test(text) ? readJson(text) : undefined);

function cut(json: unknown): unknown {
  const isNested = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  let level = [json].filter(isNested);
  for (let depth = 1; depth < MAX_LEVELS && level.length > 0; depth++)
    level = level.flatMap((each) => Object.values(each).filter(isNested));
  for (const deepest of level)
    for (const [key, value] of Object.entries(deepest)) if (isNested(value)) deepest[key] = null;
  return json;
}
