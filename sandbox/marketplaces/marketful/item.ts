import { isBlank } from './answers.ts';
import type { StockItem } from './order.ts';

// "No special characters" is all the document says; sellers' own SKUs have hyphens, so these may stay.
const PLAIN = /^[\w.-]+$/;
// The document spells two of them both ways.
const MEASURES: ReadonlyArray<readonly [field: 'height' | 'width' | 'length' | 'weigth', ...spellings: string[]]> = [
  ['height', 'height'],
  ['width', 'width'],
  ['length', 'length', 'lenght'],
  ['weigth', 'weigth', 'wieght', 'weight'],
];

type NewItem = Partial<StockItem> & { sku: string; title: string; list_price: number };

/** A product somebody wants registered: the item, or why it cannot be. */
export interface Checked {
  given: unknown;
  item: NewItem | null;
  reason: string | null;
}

export function checkItem(given: unknown): Checked {
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

/** The measures among these fields, however they are spelled. */
export function readMeasures(given: Record<string, unknown>): Partial<StockItem> {
  const read = MEASURES.flatMap(([field, ...spellings]) => {
    const value = spellings.map((spelling) => given[spelling]).find((one) => !isBlank(one));
    return value !== undefined && Number.isFinite(Number(value)) ? [[field, Number(value)]] : [];
  });
  return Object.fromEntries(read) as Partial<StockItem>;
}
