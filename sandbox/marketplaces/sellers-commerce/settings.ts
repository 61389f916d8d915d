import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import { SetClock, Settings as SettingsChange } from './schema.ts';
import { timeOf } from './time.ts';

export interface Settings {
  lists: 'array' | 'results';
  httpStatus: 'documented' | 'always-200';
  timePrecision: 'seconds' | 'milliseconds';
}

/** The store's clock, which may be off. Orders, products and returns use it; tokens use the real time. */
export interface Clock {
  offsetSeconds: number;
  /** The time it shows, UTC without zone. */
  now: string;
}

/** The choices that the document leaves open, and the clock. Kept until a reset. */
export type Setup = ReturnType<typeof createSetup>;

const DEFAULTS: Settings = { lists: 'array', httpStatus: 'documented', timePrecision: 'seconds' };
// With a larger offset, times would be beyond what a Date can hold.
const FARTHEST_SECONDS = 100 * 366 * 86_400;

export function createSetup({ store, now }: Base) {
  const kept = store.collection<Partial<Settings>>('settings');
  const offsets = store.collection<number>('clock');
  const offset = (): number => offsets.get('offsetSeconds') ?? 0;
  const settings = (): Settings => ({ ...DEFAULTS, ...kept.get('settings') });
  const stamp = (): string => timeOf(new Date(now().getTime() + offset() * 1000), settings().timePrecision);
  const clock = (): Clock => ({ offsetSeconds: offset(), now: stamp() });
  return {
    settings,
    /** A new date of an order or a product. */
    stamp,
    clock,
    change(input: unknown) {
      const given = Object.entries(readControl(SettingsChange, input)).filter(([, value]) => value !== undefined);
      kept.put('settings', { ...kept.get('settings'), ...Object.fromEntries(given) });
      return settings();
    },
    setClock(input: unknown) {
      const wanted = readControl(SetClock, input);
      const seconds = 'at' in wanted ? (Date.parse(wanted.at) - now().getTime()) / 1000 : wanted.offsetSeconds;
      if (Math.abs(seconds) > FARTHEST_SECONDS)
        throw controlRefusal(400, 'invalid_request', 'the clock is at most a hundred years off');
      offsets.put('offsetSeconds', seconds);
      return clock();
    },
  };
}
