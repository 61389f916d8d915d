import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readControl } from './refusal.ts';
import type { Store } from './store.ts';

export type Shown = Record<string, unknown>;
/** Another way to show the same order, which no document rules out. */
export type Dialect = (shown: Shown) => Shown;

/** The dialects that a sandbox shows its orders in: one for each order, or one for all. */
export type Dialects = ReturnType<typeof createDialects>;

const ALL = '*';

export function createDialects(store: Store, known: Readonly<Record<string, Dialect>>) {
  const chosen = store.collection<string>('dialects');
  const SetDialect = z.strictObject({ dialect: z.enum(Object.keys(known)).nullable(), order: z.string().default(ALL) });
  return {
    speak<T>(order: string | number, shown: T) {
      const name = chosen.get(String(order)) ?? chosen.get(ALL);
      return name === undefined ? shown : ((known[name]?.(structuredClone(shown) as Shown) ?? shown) as typeof shown);
    },
    serve(app: FastifyInstance) {
      app.get('/dialects', async () => ({ dialects: Object.keys(known), everywhere: chosen.get(ALL) ?? null }));
      app.put('/dialects', async ({ body }) => {
        const { dialect, order } = readControl(SetDialect, body);
        if (dialect === null) chosen.remove(order);
        else chosen.put(order, dialect);
        return { dialect, order };
      });
    },
  };
}

/** A copy with each value changed that is neither list nor object, at any depth. */
export function changeValues(shown: Shown, change: (value: unknown, key: string) => unknown): Shown {
  const within = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => within(each, key));
    if (typeof value !== 'object' || value === null) return change(value, key);
    return changeValues(value as Shown, change);
  };
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, within(value, key)]));
}

/** Numbers as text. */
export const asTexts: Dialect = (shown) =>
  changeValues(shown, (value) => (typeof value === 'number' ? String(value) : value));

/** Texts that are plain numbers, as numbers, except those that would lose something. */
export const asNumbers: Dialect = (shown) =>
  changeValues(shown, (value) =>
    typeof value === 'string' && /^-?(0|[1-9]\d{0,8})(\.\d{1,4})?$/.test(value) ? Number(value) : value,
  );

/** Amounts with the noise of binary floats. */
export const withNoise =
  (amounts: RegExp): Dialect =>
  (shown) =>
    changeValues(shown, (value, key) =>
      amounts.test(key) && Number.isFinite(Number(value)) ? Number(value) + 3e-10 : value,
    );

/** Times as a clock in the document's zone shows them: `2016-04-27 14:38:17`. */
export const withoutZone =
  (times: RegExp): Dialect =>
  (shown) =>
    changeValues(shown, (value, key) =>
      times.test(key) && value !== null ? String(value).slice(0, 19).replace('T', ' ') : value,
    );

const EMPTY = { null: null, text: '', list: [] };

/** Without these members, or with them empty in some way, in the order and in the items of its lists. */
export const lacking =
  (members: RegExp, how: 'absent' | keyof typeof EMPTY): Dialect =>
  (shown) =>
    Object.fromEntries(
      Object.entries(shown).flatMap(([key, value]): Array<[string, unknown]> => {
        if (members.test(key)) return how === 'absent' ? [] : [[key, EMPTY[how]]];
        return [
          [
            key,
            Array.isArray(value) ? value.map((each) => (isShown(each) ? lacking(members, how)(each) : each)) : value,
          ],
        ];
      }),
    );

/** Without these members, in every way to lack them. */
export const lackingAll = (members: RegExp) => ({
  absent: lacking(members, 'absent'),
  nulls: lacking(members, 'null'),
  blanks: lacking(members, 'text'),
  'empty-lists': lacking(members, 'list'),
});

const isShown = (value: unknown): value is Shown => typeof value === 'object' && value !== null;
