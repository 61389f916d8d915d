import { BlockedError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { Fetched, RemoteContext, RequestAction } from '../action.ts';
import { unlessRefused } from '../kit/answers.ts';
import { member, textOf } from '../kit/json.ts';
import { defined } from '../kit/shape.ts';
import { call, createItems, type Fields, getStock } from './api.ts';

const text = z.string().check(z.trim(), z.minLength(1));
const number = z.number().check(z.nonnegative());
const itemId = z.int().check(z.positive());

const size = z.optional(number);
/** The document spells weight in two ways; `weigth`, as in its table, is what is sent. */
const measures = { height: size, width: size, length: size, weight: size, weigth: size };

const Item = z.strictObject({ title: text, list_price: number, sku: text, ean: z.optional(text), ...measures });

const CreateItems = z.strictObject({
  items: z.array(Item).check(
    z.minLength(1),
    z.maxLength(500),
    z.refine((items) => new Set(items.map(({ sku }) => sku)).size === items.length, 'holds a SKU twice'),
  ),
});
type CreateItems = z.infer<typeof CreateItems>;

const createAll: RequestAction<CreateItems> = {
  ...{ Input: CreateItems, summary: 'Registers products at the warehouse; names those that were not saved.' },
  async push(context, { items }) {
    const saved = await createItems(context, items.map(fieldsOf));
    const skus = saved.map((one) => textOf(member(one, 'sku')) || textOf(one)).filter(Boolean);
    const note = `saved: ${(skus.length > 0 ? skus : items.map(({ sku }) => sku)).join(', ')}`;
    return { note, read: await readNew(context, items, saved) };
  },

  /** Any registered product has a stock, even if it is 0. */
  async probe(context, { items }) {
    const there = new Set<string>();
    for (const { sku } of items) if (await unlessRefused(() => getStock(context, sku))) there.add(sku);
    const missing = items.filter(({ sku }) => !there.has(sku)).map(({ sku }) => sku);
    if (there.size === 0) return null;
    if (missing.length === 0) return { note: 'all of them are found at Marketful by their SKUs' };
    // Whether the others were refused cannot be read, nor what a second call would do to the existing ones.
    const description = `Marketful has ${[...there].join(', ')} and not ${missing.join(', ')}: ask for those anew`;
    throw new BlockedError({ code: 'partly_done', description }, 'operator');
  },
};

/** Reads the stock of this many new items at once; the poll reads the rest. */
const MAX_STOCKS = 20;

/** The new items as asked for, with the ids from the answer and the stock they may already have. */
async function readNew(context: RemoteContext, items: CreateItems['items'], saved: unknown[]): Promise<Fetched[]> {
  const known = items.map(({ sku, ean, title }) => {
    const answer = saved.find((one) => textOf(member(one, 'sku')) === sku);
    return { sku, ean, title, item_id: member(answer, 'id') ?? member(answer, 'item_id') };
  });
  const read: Fetched[] = [];
  for (const [index, item] of known.entries()) {
    // The items exist: if reading their stock fails, they must not be created again.
    const stock = index < MAX_STOCKS ? await getStock(context, item.sku).catch(() => null) : null;
    read.push({ topic: 'item', body: { ...stock, ...item } });
  }
  return read;
}

const UpdateItem = z
  .strictObject({ item_id: itemId, ...z.partial(Item).shape })
  .check(z.refine((asked) => Object.keys(asked).length > 1, 'names nothing to update'));

const change = <T extends object>(path: string, Input: z.ZodMiniType<T>, summary: string): RequestAction<T> => ({
  ...{ Input, summary },
  async push(context, asked) {
    await call(context, { method: 'POST', path, json: fieldsOf(asked) });
    return {};
  },
  /** A product cannot be read by its id. A second call is harmless: "Item not found" if the first one deleted it. */
  probe: async () => null,
});

const EntryOrder = z.strictObject({
  entry_order: z
    .record(text, z.int().check(z.positive()))
    .check(z.refine((pieces) => Object.keys(pieces).length > 0, 'names no SKU')),
});

/** No probe: entry orders cannot be read, and repeating one would announce the goods twice. */
const announce: RequestAction<z.infer<typeof EntryOrder>> = {
  ...{ Input: EntryOrder, summary: 'Announces goods to the warehouse: pieces by SKU.' },
  async push(context, asked) {
    const { body } = await call(context, { method: 'POST', path: '/entradas/nueva_entrada_api', json: asked });
    return defined({ remoteId: textOf(member(body, 'order_token')) || undefined });
  },
};

function fieldsOf({ weight, ...fields }: { weight?: number | undefined }): Fields {
  const spelled = weight === undefined ? fields : { ...fields, weigth: weight };
  const given = Object.entries(spelled).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Fields;
}

export const requests: Readonly<Record<string, RequestAction>> = {
  'items-create': createAll,
  'items-update': change('/items/update_item', UpdateItem, 'Changes the named fields of a product.'),
  'items-delete': change('/items/delete_item', z.strictObject({ item_id: itemId }), 'Deletes a product by its id.'),
  'entry-order': announce,
};
