interface Entry<T> {
  at: number;
  value: Promise<T>;
}

interface Options {
  clock?: () => number;
  /** Whether a load that fails is answered with what was loaded last. Otherwise it throws. */
  servesLast?: boolean;
  /** When there are more, the oldest go. */
  maxEntries?: number;
}

/** What was loaded for a key, at most `ttlMs` old; a failed load is never kept. */
export function cached<T>(
  ttlMs: number,
  load: (key: string, maxAgeMs: number) => Promise<T>,
  { clock = () => Date.now(), servesLast = false, maxEntries = Number.POSITIVE_INFINITY }: Options = {},
) {
  const entries = new Map<string, Entry<T>>();

  function get(key: string, { maxAgeMs = ttlMs, now = clock() } = {}): Promise<T> {
    const known = entries.get(key);
    if (known && now - known.at < maxAgeMs) return known.value;
    const value = load(key, maxAgeMs).catch((error) => {
      if (servesLast && known) return known.value;
      if (entries.get(key)?.value === value) entries.delete(key);
      throw error;
    });
    put(key, value, now);
    return value;
  }

  function put(key: string, value: Promise<T>, now = clock()): void {
    entries.delete(key);
    entries.set(key, { at: now, value });
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  }

  return { get, put, forget: (key: string) => void entries.delete(key) };
}
