import { inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';

/** The state of an order at its sales channel: units of two SKUs, and whether it is cancelled. */
export interface Word {
  mugs: number;
  plates: number;
  cancelled: boolean;
  /** The street, if it differs from the default. */
  street?: string | undefined;
}

export const MUG = 'SHP-1';
export const PLATE = 'SHP-2';

interface Channel {
  id: string;
  settings?: Record<string, unknown>;
  topic: string;
  receivedBy: InboundReceived['receivedBy'];
  /** The order as the channel words it. */
  body(word: Word, at: string, country: string): unknown;
  /** The hub's id of the order, and those of the two lines. */
  order: string;
  lines: [mugs: string, plates: string];
}

const people = { first: 'Ana', last: 'Torres', phone: '+523312345678', email: 'ana@example.com' };
const STREET = 'Av. Vallarta 1234 Int. 5';

export const CHANNELS: Record<'scopio' | 'sello' | 'sellers-commerce', Channel> = {
  scopio: {
    ...{ id: 'scopio-main', topic: 'order-paid', receivedBy: 'webhook', order: 'scopio-main:ord_1' },
    lines: ['li_1', 'li_2'],
    body: ({ mugs, plates, cancelled, street = STREET }, at, country) => ({
      ...{ id: `evt_${at}`, type: 'order.paid', created_at: at },
      order: {
        ...{ id: 'ord_1', number: 'N-1', status: cancelled ? 'cancelled' : 'paid', currency: 'PLN' },
        ...{ created_at: '2026-11-20T08:00:00Z', paid_at: '2026-11-20T08:01:00Z', updated_at: at },
        items: rows(mugs, plates).map(([id, sku, quantity]) => ({
          ...{ id: `li_${id}`, sku, title: sku, quantity, net_price: '40.65', gross_price: '50.00' },
        })),
        shipping: { net_price: '0', gross_price: '0' },
        shipping_address: {
          ...{
            first_name: people.first,
            last_name: people.last,
            street_address: street,
            extended_address: 'Americana',
          },
          ...{
            address_locality: 'Guadalajara',
            address_region: 'Jalisco',
            postal_code: '44160',
            address_country: country,
          },
          ...{ phone_number: people.phone, email: people.email },
        },
      },
    }),
  },
  sello: {
    ...{ id: 'sello-se', topic: 'order', receivedBy: 'fetch', order: 'sello-se:77', lines: ['1', '2'] },
    body: ({ mugs, plates, cancelled, street = STREET }, at, country) => ({
      ...{ id: 77, number: 1077, currency: 'SEK', created_at: '2026-11-20T08:00:00+00:00', updated_at: at },
      ...{ is_deleted: cancelled, is_active: true, is_paid: true, is_delivered: false, total: 0, shipping_cost: 0 },
      ...{ customer_first_name: people.first, customer_last_name: people.last, customer_mobile: people.phone },
      ...{ customer_email: people.email, customer_address: street, customer_address_2: 'Americana' },
      ...{ customer_zip: '44160', customer_city: 'Guadalajara', customer_country_code: country },
      rows: rows(mugs, plates).map(([id, reference, quantity]) => ({
        ...{ id, reference, quantity: `${quantity}`, title: reference, price: '50', tax: '25.00' },
      })),
    }),
  },
  'sellers-commerce': {
    ...{ id: 'sc-store', settings: { timeZone: 'UTC' }, topic: 'order', receivedBy: 'poll' },
    ...{ order: 'sc-store:100234', lines: ['1', '2'] },
    body: ({ mugs, plates, cancelled, street = STREET }, at, country) => ({
      ...{ OrderNumber: '100234', OrderStatusId: cancelled ? 5 : 6, PaymentStatusId: 75, PaymentMethodId: 31 },
      ...{ OrderPlacedDate: '2026-11-20T08:00:00', CreatedDate: '2026-11-20T08:00:00', ModifiedDate: at.slice(0, 19) },
      ...{ CurrencyCode: 'USD', Email: people.email },
      ShippingAddress: {
        ...{ FirstName: people.first, LastName: people.last, AddressLine1: street, AddressLine2: 'Americana' },
        ...{ City: 'Guadalajara', StateCode: 'JAL', CountryCode: country, ZipCode: '44160', Phone: people.phone },
      },
      OrderItems: rows(mugs, plates).map(([OrderItemId, SkuCode, Quantity]) => ({
        ...{ OrderItemId, SkuCode, ProductName: SkuCode, Quantity, UnitPrice: 12.5 },
      })),
      ...{ ShippingAmount: 0, TaxAmount: 0, DiscountAmount: 0, OrderTotal: 12.5 * (mugs + plates) },
    }),
  },
};

const rows = (mugs: number, plates: number): Array<[id: number, sku: string, quantity: number]> =>
  [[1, MUG, mugs] as const, [2, PLATE, plates] as const].flatMap(([id, sku, quantity]) =>
    quantity > 0 ? [[id, sku, quantity]] : [],
  );

export type ChannelName = keyof typeof CHANNELS;

/** The message that arrives when a channel tells its order's state. */
export function arriving(name: ChannelName, word: Word, at: string, country: string): InboundReceived {
  const { id, topic, receivedBy, body } = CHANNELS[name];
  return inboundReceived({
    ...{ connection: id, topic, receivedBy, receivedAt: at, ...packJson(body(word, at, country)) },
    ...(receivedBy === 'fetch' && { askedAt: at }),
  });
}
