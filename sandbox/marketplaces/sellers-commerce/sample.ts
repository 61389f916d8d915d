import { createHash } from 'node:crypto';
import { catalog } from '../catalog.ts';
import type { Address, OrderItem } from './order.ts';

// Dollars; the shared catalog's prices are in grosz.
const PRICES = new Map([
  ['MUG-RED', 12.5],
  ['MUG-BLUE', 12.5],
  ['TEA-LINDEN', 6.2],
  ['TOWEL-LINEN', 9.99],
  ['AMBER-RING', 49],
  ['BOARD-OAK', 34],
]);
const OTHER_PRICE = 12.5;

const PEOPLE: readonly Address[] = [
  person('US', 'Mary', 'Jones', '1200 Congress Ave', 'Apt 3', 'Austin', 'TX', '78701', '+15125550123'),
  person('US', 'Robert', 'Miller', '233 S Wacker Dr', null, 'Chicago', 'IL', '60606', '+13125550188'),
  person('MX', 'Ana', 'Torres', 'Av. Vallarta 1234 Int. 5', 'Americana', 'Guadalajara', 'JA', '44160', '+523312345678'),
  person('MX', 'Luis', 'Hernández', 'Calle Madero 27', 'Centro', 'Morelia', 'MI', '58000', '+524431234567'),
  person('CA', 'Chloé', 'Tremblay', '1275 Rue Saint-Denis', null, 'Montréal', 'QC', 'H2X 3J6', '+15145550147'),
];

/** The content of an order if nothing else is asked for. */
export interface Sample {
  address: Address;
  email: string;
  items: OrderItem[];
}

/** The nth order of a seed, always the same. The first one is Mary's of Austin; a country narrows the buyers. */
export function sampleOrder(seed: number, nth: number, country = 'US'): Sample {
  const digest = createHash('sha256').update(`${seed}:${nth}`).digest();
  const pick = (position: number, choices: number): number => (digest[position] ?? 0) % choices;
  const people = PEOPLE.filter(({ CountryCode }) => CountryCode === country);
  const address =
    people[nth === 1 ? 0 : pick(8, Math.max(people.length, 1))] ??
    person(country, 'Alex', 'Doe', 'Main Street 1', null, 'Capital', null, '10000', null);
  const wanted =
    nth === 1
      ? [{ SkuCode: 'MUG-RED', Quantity: 2 }]
      : Array.from({ length: 1 + pick(9, 3) }, (_, index) => ({
          SkuCode: catalog[(pick(10, catalog.length) + index) % catalog.length]?.sku ?? 'MUG-RED',
          Quantity: 1 + pick(11 + index, 3),
        }));
  return { address, email: emailOf(address), items: wanted.map(toItem) };
}

/** A complete line from the placing body: a known SKU has its name and price, an unknown one gets some. */
export function toItem(
  wanted: { SkuCode: string; Quantity: number; UnitPrice?: number | undefined; ProductName?: string | undefined },
  index: number,
): OrderItem {
  const { SkuCode, Quantity, UnitPrice = priceOf(SkuCode), ProductName = nameOf(SkuCode) } = wanted;
  return { OrderItemId: index + 1, SkuCode, ProductName, Quantity, UnitPrice };
}

export const priceOf = (sku: string): number => PRICES.get(sku) ?? OTHER_PRICE;

export const nameOf = (sku: string): string => catalog.find((product) => product.sku === sku)?.title ?? sku;

function emailOf({ FirstName, LastName }: Address): string {
  const plain = (name: string): string => name.normalize('NFD').replace(/[^A-Za-z]/g, '');
  return `${plain(FirstName)}.${plain(LastName)}@example.com`.toLowerCase();
}

function person(
  CountryCode: string,
  FirstName: string,
  LastName: string,
  AddressLine1: string,
  AddressLine2: string | null,
  City: string,
  StateCode: string | null,
  ZipCode: string,
  Phone: string | null,
): Address {
  return { FirstName, LastName, AddressLine1, AddressLine2, City, StateCode, CountryCode, ZipCode, Phone };
}
