type Nested = Record<string, Record<string, unknown>>;

/** A product with everything that any of its shapes shows, named as in the document. */
export interface Product extends Record<string, unknown> {
  id: number;
  group_id: number | null;
  private_name: string;
  private_reference: string;
  quantity: number;
  stock_location: string;
  weight: number;
  purchase_price: number;
  sold: number;
  created_at: string;
  properties: Array<{ property: string; value: Record<string, string> }>;
}

const LISTED_PROPERTIES = ['EAN', 'GTIN', 'UPC', 'ISBN'];
const LIST_ONLY = ['folder_name', 'brand_name', 'auctions'];
const DETAIL_ONLY = [
  'tax_class',
  'quantity_threshold',
  'manufacturer',
  'manufacturer_no',
  'submitter_id',
  'delivery_times',
];

export const newProduct = (id: number, at: Date): Product => ({
  id,
  folder_id: 0,
  folder_name: '',
  brand_id: null,
  brand_name: '',
  condition: 'new',
  tax: '25',
  group_id: null,
  private_name: '',
  private_reference: '',
  quantity: 0,
  stock_location: '',
  created_at: at.toISOString(),
  updated_at: null,
  volume: 0,
  volume_unit: 'm3',
  weight: 0,
  purchase_price: 0,
  notes: '',
  sold: 0,
  unsold: 0,
  last_sold: null,
  shipping: {},
  prices: {
    default: { calculate: false, adjust: false, minimum_price: '', target_price: '', recommended_price: '' },
  },
  texts: { default: {} },
  categories: { default: { id: null } },
  integrations: {},
  properties: [],
  auctions: {},
  images: [],
  tax_class: null,
  quantity_threshold: null,
  manufacturer: null,
  manufacturer_no: null,
  submitter_id: null,
  delivery_times: { default: { min: null, max: null } },
});

/** The product as the list shows it: of its texts only the names, of its properties only the codes. */
export function toListedProduct(product: Product): Record<string, unknown> {
  const { prices, texts, categories, integrations } = product as unknown as Record<string, Nested>;
  return {
    ...without(product, DETAIL_ONLY),
    prices: mapValues(prices, (price) => without(price, ['currency'])),
    texts: mapValues(texts, (languages) => namesOf(languages as Nested)),
    categories: mapValues(categories, (category) =>
      Array.isArray(category) ? category.map(idOf) : idOf(category as { id?: unknown }),
    ),
    integrations: mapValues(integrations, (integration) => without(integration, ['extra'])),
    properties: product.properties.filter(({ property }) => LISTED_PROPERTIES.includes(property)),
  };
}

/** The product as it is shown alone. */
export const toFullProduct = (product: Product): Record<string, unknown> => without(product, LIST_ONLY);

/** The groups of more than one product that these products are in. */
export function groupsOf(shown: readonly Product[], all: readonly Product[]): Array<Record<string, unknown>> {
  const ids = new Set(shown.flatMap(({ group_id: group }) => (group === null ? [] : [group])));
  return [...ids].flatMap((id) => {
    const products = all.filter(({ group_id: group }) => group === id).map((product) => product.id);
    return products.length > 1 ? [{ id, products, main_product: products[0] }] : [];
  });
}

/** The code that order rows have as identifier, if the product has one. */
export function identifierOf({ properties }: Product): { identifier: string | null; identifierType: string | null } {
  const code = properties.find(({ property }) => LISTED_PROPERTIES.includes(property));
  return { identifier: code?.value.default ?? null, identifierType: code?.property ?? null };
}

function namesOf(languages: Nested): Nested {
  const named = Object.entries(languages).filter(([, text]) => text.name !== undefined);
  return Object.fromEntries(named.map(([language, { name }]) => [language, { name }]));
}

const idOf = ({ id }: { id?: unknown }): { id: unknown } => ({ id: id ?? null });

function without(value: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function mapValues(values: Nested = {}, map: (value: Record<string, unknown>) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
