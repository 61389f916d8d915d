import { createHash } from 'node:crypto';
import { catalog } from '../catalog.ts';
import type { Customer } from './order.ts';

const PEOPLE: ReadonlyArray<readonly [country: string, ...rest: string[]]> = [
  ['SE', 'Astrid', 'Lindqvist', 'Kungsgatan 24', 'Lgh 1102', '80292', 'Gävle', '+46701234567'],
  ['SE', 'Erik', 'Sjöberg', 'Storgatan 7', '', '11455', 'Stockholm', '+46709876543'],
  ['NO', 'Ingrid', 'Hansen', 'Karl Johans gate 12', '', '0154', 'Oslo', '+4791234567'],
  ['DK', 'Søren', 'Nielsen', 'Vesterbrogade 30', '2. tv', '1620', 'København', '+4520123456'],
  ['FI', 'Aino', 'Virtanen', 'Mannerheimintie 5', '', '00100', 'Helsinki', '+358401234567'],
  ['DE', 'Lena', 'Schmidt', 'Torstraße 140', '', '10119', 'Berlin', '+4915112345678'],
  ['PL', 'Jan', 'Kowalski', 'ul. Długa 12/4', '', '31-147', 'Kraków', '+48601234567'],
  ['MX', 'Ana', 'Torres', 'Av. Vallarta 1234 Int. 5', 'Americana', '44160', 'Guadalajara', '+523312345678'],
  ['MX', 'Luis', 'Hernández', 'Calle Madero 27', 'Centro', '58000', 'Morelia', '+524431234567'],
  ['US', 'Mary', 'Jones', '1200 Congress Ave', 'Apt 3', '78701', 'Austin', '+15125550123'],
];

/** The content of an order if nothing else is asked for. */
export interface Sample {
  customer: Customer;
  rows: Array<{ reference: string; quantity: number }>;
}

/** The nth order of a seed, always the same. The first one is Astrid's of Gävle; a country narrows the buyers. */
export function sampleOrder(seed: number, nth: number, country = 'SE'): Sample {
  const digest = createHash('sha256').update(`${seed}:${nth}`).digest();
  const pick = (position: number, choices: number): number => (digest[position] ?? 0) % choices;
  const people = PEOPLE.filter(([home]) => home === country);
  const customer = customerOf(people[nth === 1 ? 0 : pick(8, Math.max(people.length, 1))] ?? [country]);
  const length = nth === 1 ? 2 : 1 + pick(9, 3);
  const rows = Array.from({ length }, (_, index) => {
    const product = catalog[((nth === 1 ? 0 : pick(10, catalog.length)) + index) % catalog.length];
    return { reference: product?.sku ?? 'MUG-RED', quantity: nth === 1 ? 2 - index : 1 + pick(11 + index, 3) };
  });
  return { customer, rows };
}

function customerOf([country, ...rest]: readonly [string, ...string[]]): Customer {
  const [first = 'Alex', last = 'Doe', street = 'Main Street 1', second = '', zip = '10000', ...end] = rest;
  const [city = 'Capital', phone = '+10000000'] = end;
  const mail = first
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
  return {
    customer_alias: mail,
    customer_email: `${mail}@example.com`,
    customer_phone: phone,
    customer_mobile: phone,
    customer_first_name: first,
    customer_last_name: last,
    customer_address: street,
    customer_address_2: second,
    customer_zip: zip,
    customer_city: city,
    customer_country_code: country,
  };
}
