import { BlockedError, RejectedError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { RemoteContext, RequestAction } from '../action.ts';
import { createEntryOrder, createItems, deleteItem, type Fields, getStock, updateItem } from './api.ts';

const text = z.string().check(z.trim(), z.minLength(1));
const number = z.number().check(z.nonnegative());
const itemId = z.int().check(z.positive());

/** The document spells two of the measures in several ways; its table's `weigth` is what is sent. */
const measures = {
  height: z.optional(number),
  width: z.optional(number),
  length: z.optional(number),
  weight: z.optional(number),
  weigth: z.optional(number),
};

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
  Input: CreateItems,
  summary: 'Registers products at the warehouse; names those that were not saved.',
  async push(context, { items }) {
    const saved = await createItems(context, items.map(fieldsOf));
    return { note: `saved: ${(saved.length > 0 ? saved : items.map(({ sku }) => sku)).join(', ')}` };
  },

  /** A product that is registered has a stock, be it none. */
  async probe(context, { items }) {
    const there = new Set<string>();
    for (const { sku } of items) if (await isRegistered(context, sku)) there.add(sku);
    const missing = items.filter(({ sku }) => !there.has(sku)).map(({ sku }) => sku);
    if (there.size === 0) return null;
    if (missing.length === 0) return { note: 'all of them are found at Marketful by their SKUs' };
    // Whether the rest was refused cannot be read, nor what a second call would do to those that exist.
    const description = `Marketful has ${[...there].join(', ')} and not ${missing.join(', ')}: ask for those anew`;
    throw new BlockedError({ code: 'partly_done', description }, 'operator');
  },
};

async function isRegistered(context: RemoteContext, sku: string): Promise<boolean> {
  try {
    await getStock(context, sku);
    return true;
  } catch (error) {
    if (error instanceof RejectedError && /^item .* not found/i.test(error.detail.description)) return false;
    throw error;
  }
}

const UpdateItem = z
  .strictObject({
    item_id: itemId,
    title: z.optional(text),
    list_price: z.optional(number),
    sku: z.optional(text),
    ean: z.optional(text),
    ...measures,
  })
  .check(z.refine((asked) => Object.keys(asked).length > 1, 'names nothing to update'));
type UpdateItem = z.infer<typeof UpdateItem>;

const updateOne: RequestAction<UpdateItem> = {
  Input: UpdateItem,
  summary: 'Changes the named fields of a product.',
  async push(context, asked) {
    await updateItem(context, fieldsOf(asked));
    return {};
  },

  /** A product cannot be read back. Setting the same fields again is harmless. */
  async probe() {
    return null;
  },
};

const DeleteItem = z.strictObject({ item_id: itemId });
type DeleteItem = z.infer<typeof DeleteItem>;

const deleteOne: RequestAction<DeleteItem> = {
  Input: DeleteItem,
  summary: 'Deletes a product by its id.',
  async push(context, { item_id }) {
    await deleteItem(context, item_id);
    return {};
  },

  /** A product cannot be read by its id. A second call is harmless, and "Item not found" if the first one did it. */
  async probe() {
    return null;
  },
};

const EntryOrder = z.strictObject({
  entry_order: z
    .record(text, z.int().check(z.positive()))
    .check(z.refine((pieces) => Object.keys(pieces).length > 0, 'names no SKU')),
});
type EntryOrder = z.infer<typeof EntryOrder>;

/** No probe: entry orders cannot be read, and a second one announces the goods twice. */
const announce: RequestAction<EntryOrder> = {
  Input: EntryOrder,
  summary: 'Announces goods to the warehouse: pieces by SKU.',
  async push(context, { entry_order: pieces }) {
    const token = await createEntryOrder(context, pieces);
    return token === undefined ? {} : { remoteId: token };
  },
};

function fieldsOf<T extends { weight?: number | undefined }>({ weight, ...fields }: T): Fields {
  const spelled = weight === undefined ? fields : { ...fields, weigth: weight };
  const given = Object.entries(spelled).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Fields;
}

export const requests: Readonly<Record<string, RequestAction>> = {
  'items-create': createAll,
  'items-update': updateOne,
  'items-delete': deleteOne,
  'entry-order': announce,
};
