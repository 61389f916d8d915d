import type { Catalog } from './catalog.ts';

const YAMA = { id: '1146001', name: 'Yama Home' };
const KITE = { id: '1146002', name: 'Kite & Thread' };

/** The catalog of a fresh sandbox. The first product has the id in the page's curl example. */
const PRODUCTS = [
  {
    id: '21421713751366966949588',
    identifier: 'BENTO',
    merchant: YAMA,
    name: 'Bamboo lunch box',
    brand: 'Yama',
    categoryId: '3020204',
    features: ['Two tiers', 'Dishwasher safe'],
    tags: ['kitchen', 'lunch'],
    skus: [
      { identifier: 'SHP-1', color: 'natural', price: 12.5, shippingPrice: 3, inventory: 120, weight: '1.1' },
      { identifier: 'SHP-2', color: 'black', price: 13.5, shippingPrice: 3, inventory: 80, weight: '1.1' },
    ],
  },
  {
    identifier: 'FLASK',
    merchant: YAMA,
    name: 'Steel flask',
    brand: 'Yama',
    categoryId: '3020207',
    skus: [
      { identifier: 'SHP-3', color: 'green', size: '17 oz', price: 18.99, shippingPrice: 4.25, inventory: 60 },
      { identifier: 'SHP-4', color: 'white', size: '17 oz', price: 18.99, shippingPrice: 4.25, inventory: 3 },
    ],
  },
  {
    identifier: 'SCARF',
    merchant: KITE,
    name: 'Silk scarf',
    brand: 'Kite',
    categoryId: '1010303',
    targetUserType: 'WOMEN',
    skus: [{ identifier: 'SHP-5', color: 'red', price: 24, shippingPrice: 2.5, msrp: 32, inventory: 40 }],
  },
];

/** Fills an empty catalog, without notifications. */
export function fillCatalog(catalog: Catalog): void {
  if (catalog.products().length > 0) return;
  for (const product of PRODUCTS) catalog.createProduct(JSON.stringify({ ...product, notify: false }));
}
