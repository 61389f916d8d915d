/** At most `limit` requests of one key in any window of `windowMs`; refused ones do not count. */
export function createRateLimit(options: { limit: number; windowMs?: number; now: () => Date }) {
  const { limit, windowMs = 60_000, now } = options;
  const taken = new Map<string, number[]>();
  return {
    take(key: string) {
      const at = now().getTime();
      const recent = (taken.get(key) ?? []).filter((time) => time > at - windowMs);
      const allowed = recent.length < limit;
      if (allowed) recent.push(at);
      taken.set(key, recent);
      const remaining = limit - recent.length;
      const oldest = recent[0] ?? at;
      // Until the next request may pass; 0 while some remain.
      return { allowed, limit, remaining, retryAfterMs: remaining > 0 ? 0 : oldest + windowMs - at };
    },
  };
}
