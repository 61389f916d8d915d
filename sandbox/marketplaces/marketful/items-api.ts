import type { FastifyInstance } from 'fastify';
import { authAnswers, authenticate, type Credentials, isBlank, parametersOf, refuse, wholeNumber } from './answers.ts';
import type { StockItem } from './order.ts';
import type { Stock } from './stock.ts';

interface Parts {
  credentials: Credentials;
  stock: Stock;
}

/** The endpoints about products and their stock. */
export function serveItems(app: FastifyInstance, { credentials, stock }: Parts): void {
  const known = { preHandler: authenticate(credentials, authAnswers.usual) };

  app.get('/items/get_stock', known, async (request) => {
    const { sku } = parametersOf(request);
    if (isBlank(sku)) throw refuse([403, 'SKU must be present']);
    const item = stock.bySku(String(sku));
    if (!item) throw refuse([402, `Item ${sku} not found`]);
    // The document misspells this key; the EAN's endpoint spells it correctly.
    return { message: 'Success', sku: item.sku, avariable_quantity: item.quantity };
  });

  app.get('/items/get_stock_ean', known, async (request) => {
    const { ean } = parametersOf(request);
    if (typeof ean !== 'string' || ean === '') throw refuse([402, 'ean must be present and must be String']);
    const item = stock.byEan(ean);
    if (!item) throw refuse([401, `Item con EAN '${ean}' no encontrado`]);
    return { message: 'Success', ean, available_quantity: item.quantity, item_id: item.id };
  });

  app.post('/items/create_item', known, async (request, reply) => {
    const { items } = parametersOf(request);
    if (!Array.isArray(items) || items.length === 0) throw refuse([402, "Parameter 'items' must be present"]);
    const checked = items.map(checkItem);
    const incomplete = checked.filter(({ reason }) => reason !== null);
    if (incomplete.length > 0) {
      const description = 'No item was saved because the following items have either incorrect data or Incomplete data';
      throw refuse([401, 'Incomplete data'], { description, items_errors: incomplete.map(({ given }) => given) });
    }
    const { saved, unsaved } = saveAll(checked);
    if (unsaved.length === 0)
      return { message: 'Success', description: 'All Items are now registered', items_saved: saved };
    const message = 'The following Items could not be saved';
    return reply.code(201).send({ message, items_errors: unsaved, items_saved: saved });
  });

  const saveAll = (checked: readonly Checked[]): { saved: unknown[]; unsaved: unknown[] } => {
    const saved: unknown[] = [];
    const unsaved: unknown[] = [];
    for (const { item, given } of checked) {
      if (!item || stock.bySku(item.sku)) unsaved.push(given);
      else saved.push(stock.add(item));
    }
    return { saved, unsaved };
  };

  app.post('/items/delete_item', known, async (request) => {
    const { item_id: given } = parametersOf(request);
    if (isBlank(given)) throw refuse([402, 'item_id must be present']);
    const item = stock.byId(wholeNumber(given) ?? -1);
    if (!item) throw refuse([401, 'Item not found']);
    stock.remove(item.id);
    return { message: 'Success', description: `Item ${item.id} deleted` };
  });

  app.post('/items/update_item', known, async (request) => {
    const { item_id: given, ...changes } = parametersOf(request);
    if (isBlank(given)) throw refuse([402, 'item_id must be present']);
    const item = stock.byId(wholeNumber(given) ?? -1);
    if (!item) throw refuse([400, 'Item not found']);
    const asked = Object.fromEntries(Object.entries(changes).filter(([, value]) => !isBlank(value)));
    const { item: updated } = checkItem({ ...item, ...asked });
    const owner = updated && stock.bySku(updated.sku);
    if (!updated || (owner && owner.id !== item.id)) throw refuse([405, 'Item could not be updated']);
    const saved = stock.update({ ...item, ...updated, ...readMeasures(asked) });
    return { message: 'Success', description: 'Item Updated', items_update: saved };
  });
}

// "No special characters" is all the document says; sellers' own SKUs have hyphens, so those are allowed.
const PLAIN = /^[\w.-]+$/;
// The document spells two of them in two ways.
const MEASURES: ReadonlyArray<readonly [field: 'height' | 'width' | 'length' | 'weigth', ...spellings: string[]]> = [
  ['height', 'height'],
  ['width', 'width'],
  ['length', 'length', 'lenght'],
  ['weigth', 'weigth', 'wieght', 'weight'],
];

type NewItem = Partial<StockItem> & { sku: string; title: string; list_price: number };

/** A product to register: the item, or why it cannot be registered. */
interface Checked {
  given: unknown;
  item: NewItem | null;
  reason: string | null;
}

function checkItem(given: unknown): Checked {
  const { title, sku, ean, list_price: price } = (given ?? {}) as Record<string, unknown>;
  const refused = (reason: string): Checked => ({ given, item: null, reason });
  if (typeof title !== 'string' || title === '') return refused('title');
  if (isBlank(price) || !Number.isFinite(Number(price))) return refused('list_price');
  if (typeof sku !== 'string' || !PLAIN.test(sku)) return refused('sku');
  if (!isBlank(ean) && !PLAIN.test(String(ean))) return refused('ean');
  const measures = readMeasures(given as Record<string, unknown>);
  const item = { title, sku, list_price: Number(price), ...(isBlank(ean) ? {} : { ean: String(ean) }), ...measures };
  return { given, item, reason: null };
}

/** The measures among these fields, in any spelling. */
function readMeasures(given: Record<string, unknown>): Partial<StockItem> {
  const read = MEASURES.flatMap(([field, ...spellings]) => {
    const value = spellings.map((spelling) => given[spelling]).find((one) => !isBlank(one));
    return value !== undefined && Number.isFinite(Number(value)) ? [[field, Number(value)]] : [];
  });
  return Object.fromEntries(read) as Partial<StockItem>;
}
