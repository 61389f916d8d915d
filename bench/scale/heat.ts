/** Writes on one key: those of the hottest second, and all of them. */
export interface Heat {
  key: string;
  peak: number;
  total: number;
}

export type HeatMap = ReturnType<typeof createHeatMap>;

interface Warm extends Heat {
  now: number;
  highest: number;
}

export function createHeatMap() {
  const kinds = new Map<string, Map<string, Warm>>();
  const all: Warm[] = [];
  const keyOf = (kind: string, of: string): Warm => {
    const own = kinds.get(kind) ?? new Map<string, Warm>();
    kinds.set(kind, own);
    const known = own.get(of);
    if (known) return known;
    const made = { key: `${kind}#${of}`, peak: 0, total: 0, now: 0, highest: 0 };
    own.set(of, made);
    all.push(made);
    return made;
  };
  return {
    /** Adds to a key's writes in this second. */
    add(kind: string, of: string, units: number) {
      keyOf(kind, of).now += units;
    },
    /** Ends a second. */
    tick() {
      for (const key of all) {
        key.total += key.now;
        key.peak = Math.max(key.peak, key.now);
        key.highest = Math.max(key.highest, key.now);
        key.now = 0;
      }
    },
    /** The hottest second of any key of these kinds since the last call for them. */
    highest(asked: readonly string[]) {
      const keys = asked.flatMap((kind) => [...(kinds.get(kind)?.values() ?? [])]);
      const highest = Math.max(0, ...keys.map((key) => key.highest));
      for (const key of keys) key.highest = 0;
      return highest;
    },
    /** All keys, the hottest first. */
    list: () => all.map(({ key, peak, total }) => ({ key, peak, total })).sort((a, b) => b.peak - a.peak),
  };
}
