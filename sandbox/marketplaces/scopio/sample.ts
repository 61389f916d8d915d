import { createHash } from 'node:crypto';
import { catalog, netOf, type Product } from '../catalog.ts';
import type { Address, Line } from './order.ts';

const PEOPLE: ReadonlyArray<readonly [country: string, ...rest: string[]]> = [
  ['MX', 'Ana', 'Torres', 'Av. Vallarta 1234 Int. 5', 'Americana', 'Guadalajara', 'Jalisco', '44160', '+523312345678'],
  ['MX', 'Luis', 'Hernández', 'Calle Madero 27', 'Centro', 'Morelia', 'Michoacán', '58000', '+524431234567'],
  [
    'MX',
    'Sofía',
    'Ramírez',
    'Av. Álvaro Obregón 151',
    'Roma Norte',
    'Ciudad de México',
    'CDMX',
    '06700',
    '+525512345678',
  ],
  ['PL', 'Jan', 'Kowalski', 'ul. Długa 12/4', '', 'Kraków', 'małopolskie', '31-147', '+48601234567'],
  ['DE', 'Lena', 'Schmidt', 'Torstraße 140', '', 'Berlin', 'Berlin', '10119', '+4915112345678'],
  ['US', 'Mary', 'Jones', '1200 Congress Ave', 'Apt 3', 'Austin', 'TX', '78701', '+15125550123'],
];

/** The content of an order if nothing else is asked for. */
export interface Sample {
  id: string;
  address: Address;
  lines: Array<{ product: Product; quantity: number }>;
}

/** The nth order of a seed, always the same. The first one is Ana's of Guadalajara; a country narrows the buyers. */
export function sampleOrder(seed: number, nth: number, country = 'MX'): Sample {
  const digest = createHash('sha256').update(`${seed}:${nth}`).digest();
  const id = `ord_${digest.toString('hex').slice(0, 8)}`;
  const pick = (position: number, choices: number): number => (digest[position] ?? 0) % choices;
  const people = PEOPLE.filter(([home]) => home === country);
  const address = addressOf(people[nth === 1 ? 0 : pick(8, Math.max(people.length, 1))] ?? [country]);
  const firstOrder = [
    { product: catalog[0], quantity: 2 },
    { product: catalog[2], quantity: 1 },
    { product: catalog[3], quantity: 3 },
  ];
  const others = Array.from({ length: 1 + pick(9, 3) }, (_, index) => ({
    product: catalog[(pick(10, catalog.length) + index) % catalog.length],
    quantity: 1 + pick(11 + index, 3),
  }));
  const chosen = nth === 1 ? firstOrder : others;
  return { id, address, lines: chosen.flatMap(({ product, quantity }) => (product ? [{ product, quantity }] : [])) };
}

/** The product of a SKU in a placing body: a known SKU has its title and prices, an unknown one gets some. */
export function productFor(sku: string): Product {
  const known = catalog.find((product) => product.sku === sku);
  return known ?? { sku, ean: '', title: sku, net: netOf(5000), gross: 5000 };
}

export function toLine(
  { product, quantity }: { product: Product; quantity: number },
  id: string,
  seller: string,
): Line {
  const { sku, ean, title, net, gross } = product;
  return { id, sku, ean: ean || null, title, quantity, net, gross, seller };
}

function addressOf([country, ...rest]: readonly [string, ...string[]]): Address {
  const [first = 'Alex', last = 'Doe', street = 'Main Street 1', extended = '', city = 'Capital', ...end] = rest;
  const [region = '', postalCode = '10000', phone = '+10000000'] = end;
  const mail = first
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
  return {
    first_name: first,
    last_name: last,
    company: null,
    street_address: street,
    extended_address: extended || null,
    address_locality: city,
    address_region: region || null,
    postal_code: postalCode,
    address_country: country,
    phone_number: phone,
    email: `${mail}@example.com`,
  };
}
