import * as z from '#lib/platform/zod';
import {
  anything,
  count,
  each,
  flag,
  id,
  integer,
  itemsOf,
  loose,
  looseList,
  looseText,
  looseTexts,
  looseWord,
  minorUnits,
  optional,
  optionalId,
  optionalObject,
  spelled,
} from '../kit/shape.ts';

const address = () => ({
  ...looseTexts('first_name', 'last_name', 'company', 'street_address'),
  ...looseTexts('extended_address', 'address_locality', 'address_region', 'postal_code'),
  address_country: looseWord,
  phone_number: looseText,
  email: looseText,
});
/** Without these a parcel has no recipient, and nothing would say so. */
const CONTACT = {
  last_name: ['surname', 'full_name', 'name', 'recipient', 'recipient_name'],
  phone_number: ['phone', 'mobile', 'telephone'],
};
const Address = spelled(address, CONTACT);
export type Address = Partial<z.infer<typeof Address>>;

/** A tax number, under its names in Poland and elsewhere. */
const taxIds = looseTexts('tax_id', 'nip', 'vat_id');
const Party = spelled(() => ({ ...address(), ...taxIds }), CONTACT);
export type Party = Partial<z.infer<typeof Party>>;
export type TaxIds = Pick<Party, keyof typeof taxIds>;

/** What both shapes of order share. Only lines, and an id to report parcels under, are indispensable. */
const common = () => ({
  ...each(looseWord, 'status', 'currency', 'payment_method', 'payment_status'),
  ...each(anything, 'created_at', 'paid_at', 'updated_at', 'cancelled_at'),
  ...each(loose(optional(flag)), 'paid', 'is_paid', 'is_cancelled'),
  note: looseText,
  payment: optionalObject(z.object({ method: looseWord, status: looseWord, paid_at: anything }), 'method'),
  buyer: optionalObject(Party, 'first_name'),
  ...taxIds,
  /** When an order must ship: undocumented keys, read if they are there. */
  ...each(anything, 'ship_by', 'shipping_deadline'),
});

export type Common = Pick<Order, keyof ReturnType<typeof common>>;

/** Their own order. Prices are decimals in major units, `gross_price` and `net_price` of one piece. */
const ownOrder = () => ({
  ...common(),
  id: optionalId,
  order_id: optionalId,
  number: loose(optionalId),
  shipping_address: optionalObject(Party, 'street_address'),
  billing_address: optionalObject(Party, 'street_address'),
  items: itemsOf(
    spelled(
      () => ({
        id: loose(optionalId),
        sku: optionalId,
        ean: loose(optionalId),
        quantity: integer,
        ...looseTexts('title', 'status', 'image_url'),
        ...each(anything, 'net_price', 'gross_price', 'tax_rate', 'attributes'),
      }),
      { title: ['name', 'product_name'], tax_rate: ['vat_rate'] },
    ),
  ).check(z.minLength(1, 'expected at least one item')),
  shipping: optionalObject(
    spelled(() => each(anything, 'gross_price', 'net_price')),
    'gross_price',
  ),
  ...each(anything, 'discount', 'total_net', 'total_gross'),
});
const CANCELLED = {
  is_cancelled: ['cancelled', 'is_canceled', 'canceled'],
  // Some tell when it was in place of that it was.
  cancelled_at: ['canceled_at', 'cancelled', 'canceled'],
};
export const Order = spelled(ownOrder, { number: ['order_number'], ...CANCELLED });
export type Order = z.infer<typeof Order>;

/** One of UCP's words, in upper or lower case. */
const word = z.pipe(
  looseText,
  z.transform((text) => text?.toLowerCase()),
);
const type = z.string().check(z.trim(), z.toLowerCase());
const Totals = looseList(z.lazyObject(() => ({ type, display_text: looseText, amount: minorUnits })));
export type Totals = z.infer<typeof Totals>;

const LineQuantity = z.object({ id, quantity: integer });
const LineQuantities = looseList(LineQuantity);
/** No lines mean the whole order, so one that cannot be read must not make an adjustment of it. */
const AdjustedLines = z.pipe(
  optional(z.array(LineQuantity)),
  z.transform((lines) => lines ?? []),
);

/** A plain UCP order, which the platform may send instead. Amounts are minor units. */
const ucpOrder = () => ({
  ...common(),
  id,
  ...looseTexts('label', 'checkout_id', 'permalink_url'),
  line_items: itemsOf(
    z.object({
      id,
      item: z.object({ id, title: looseText, ean: loose(optionalId), price: minorUnits, image_url: looseText }),
      quantity: z.object({ original: loose(optional(count)), total: count, fulfilled: optional(count) }),
      totals: Totals,
      parent_id: loose(optionalId),
    }),
  ).check(z.minLength(1, 'expected at least one line item')),
  fulfillment: optionalObject(
    z.object({
      expectations: looseList(
        z.object({
          id: loose(optionalId),
          line_items: LineQuantities,
          method_type: word,
          destination: optionalObject(Address, 'street_address'),
          description: looseText,
          fulfillable_on: anything,
        }),
      ),
      events: looseList(
        z.object({
          ...{ id: loose(optionalId), type, occurred_at: anything, line_items: LineQuantities },
          ...looseTexts('tracking_number', 'tracking_url', 'carrier', 'description'),
        }),
      ),
    }),
    'expectations',
  ),
  adjustments: looseList(
    z.object({
      ...{ id: loose(optionalId), type, occurred_at: looseText },
      ...{ status: word, line_items: AdjustedLines, totals: Totals, description: looseText },
    }),
  ),
  totals: Totals,
});
export const PlainUcpOrder = spelled(ucpOrder, CANCELLED);
export type PlainUcpOrder = z.infer<typeof PlainUcpOrder>;
