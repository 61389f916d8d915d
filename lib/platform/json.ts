/** Levels of a body that are read: who walks or writes one does so by recursion, and no vendor's has twenty. */
const MAX_LEVELS = 200;

/** What JSON text says, also behind a byte order mark; null for what is nested too deep, undefined for what is not JSON. */
export function readJson(text: string): unknown {
  try {
    return cut(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}

function cut(json: unknown): unknown {
  const isNested = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  let level = [json].filter(isNested);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth === MAX_LEVELS)
      for (const each of level) for (const key of Object.keys(each)) if (isNested(each[key])) each[key] = null;
    level = level.flatMap((each) => Object.values(each).filter(isNested));
  }
  return json;
}
