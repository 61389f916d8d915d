import type { Base } from '../base.ts';
import { refuse } from './answers.ts';
import type { SelloEvent } from './events.ts';

const PAGE = 10;

interface Item {
  /** Milliseconds; no two of one order are the same, so that a page's token names one. */
  at: number;
  message: string;
}

/** What happened to each order. */
export function createHistory({ store, now }: Base<SelloEvent>) {
  const kept = store.collection<Item[]>('history');
  return {
    add(orderId: number, message: string) {
      const items = kept.get(String(orderId)) ?? [];
      const at = Math.max(now().getTime(), (items.at(-1)?.at ?? 0) + 1);
      kept.put(String(orderId), [...items, { at, message }]);
    },
    remove: (orderId: number) => kept.remove(String(orderId)),
    /** Ten items, the newest first, from the token of the page before on. */
    page(orderId: number, token: unknown) {
      if (token && !/^\d{1,15}$/.test(String(token))) throw refuse(400, 'Invalid value for next');
      const before = token ? Number(token) : Number.POSITIVE_INFINITY;
      const items = (kept.get(String(orderId)) ?? []).filter(({ at }) => at < before).reverse();
      const shown = items.slice(0, PAGE);
      const last = shown.at(-1);
      return {
        history: shown.map(({ at, message }) => ({ time: utcTime(at), message })),
        ...(last && items.length > PAGE ? { next: String(last.at) } : {}),
      };
    },
  };
}

function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+00:00`;
}
