import { zonedTime } from '../zoned-time.ts';

const ZONE = 'Europe/Stockholm';
/** The value of one unit of a currency in euros; the document shows the one for NOK. */
const EUR: Record<string, number> = { EUR: 1, SEK: 0.09, NOK: 0.11, DKK: 0.134, PLN: 0.235, USD: 0.92, MXN: 0.05 };

export const METHODS = [
  'dhl',
  'bring',
  'bussgods',
  'posten',
  'posti',
  'schenker',
  'gls',
  'skynet',
  'ups',
  'dpd',
  'dsv',
  'tnt',
  'fedex',
  'itella',
  'postenaland',
  'other',
] as const;

export const CUSTOMER_FIELDS = [
  'customer_alias',
  'customer_email',
  'customer_phone',
  'customer_mobile',
  'customer_first_name',
  'customer_last_name',
  'customer_address',
  'customer_address_2',
  'customer_zip',
  'customer_city',
  'customer_country_code',
] as const;
export type Customer = Record<(typeof CUSTOMER_FIELDS)[number], string>;

export const RETURN_STATUSES = ['return_pending', 'return_accepted', 'return_declined'] as const;

export interface Return {
  status: (typeof RETURN_STATUSES)[number];
  reason: string;
  quantity: number;
  at: string;
}

/** A row of an order; its price is for one piece and, like every amount here, in hundredths of the currency. */
export interface Row {
  id: number;
  quantity: number;
  title: string;
  reference: string;
  price: number;
  stockLocation: string;
  itemNo: string;
  /** Percent. */
  tax: number;
  createdAt: string;
  productId: number | null;
  integrationId: number;
  identifier: string | null;
  identifierType: string | null;
  /** Grams, of one piece. */
  weight: number;
  submitter: string | null;
  purchasePrice: number;
  returned: Return | null;
}

export interface Delivery {
  id: string;
  method: (typeof METHODS)[number];
  documents: string[];
}

/** An order as the sandbox keeps it; times are UTC instants. */
export interface Order {
  id: number;
  number: number;
  statusId: number;
  icons: string[];
  integrationId: number;
  market: number;
  marketReference: string;
  createdAt: string;
  deliveredAt: string | null;
  updatedAt: string;
  currency: string;
  shippingCost: number;
  shippingOption: string | null;
  paymentOption: string | null;
  customer: Customer;
  isNew: boolean;
  notes: string;
  rows: Row[];
  deliveries: Delivery[];
  /** The tracking ids that the marketplace was told; nothing takes them back. */
  synced: string[];
  /** The marketplace accepts only its own return reasons. */
  zalando: boolean;
  /** A total that differs from shipping and rows. */
  statedTotal: number | null;
}

export interface Flags {
  is_paid: boolean;
  is_delivered: boolean;
  is_active: boolean;
  is_deleted: boolean;
}

/** The order as `GET /orders` lists it, without its rows. */
export function toListed(order: Order, flags: Flags): Record<string, unknown> {
  const total = totalOf(order);
  return {
    id: order.id,
    number: order.number,
    status_id: order.statusId,
    weight: weightOf(order),
    icons: order.icons,
    reminder_sent: false,
    integration_id: order.integrationId,
    market: order.market,
    market_reference: order.marketReference,
    created_at: localTime(order.createdAt),
    delivered_at: order.deliveredAt && localTime(order.deliveredAt),
    updated_at: localTime(order.updatedAt),
    currency: order.currency,
    shipping_cost: order.shippingCost / 100,
    shipping_option: order.shippingOption,
    payment_option: order.paymentOption,
    total: total / 100,
    total_eur: Math.round(total * (EUR[order.currency] ?? 1)) / 100,
    ...order.customer,
    is_deleted: flags.is_deleted,
    is_active: flags.is_active,
    is_paid: flags.is_paid,
    is_delivered: flags.is_delivered,
    is_new: order.isNew,
    notes: order.notes,
    row_count: order.rows.length,
  };
}

/** A row as the document shows it: all strings, except weight and VAT; its time names no zone. */
export const toShownRow = (row: Row): Record<string, unknown> => ({
  id: String(row.id),
  quantity: String(row.quantity),
  title: row.title,
  reference: row.reference,
  price: String(row.price / 100),
  stock_location: row.stockLocation,
  item_no: row.itemNo,
  tax: row.tax.toFixed(2),
  created_at: localTime(row.createdAt).slice(0, 19).replace('T', ' '),
  product_id: row.productId === null ? null : String(row.productId),
  integration_id: String(row.integrationId),
  identifier: row.identifier,
  identifier_type: row.identifierType,
  total_weight: row.weight * row.quantity,
  submitter: row.submitter,
  purchase_price: String(row.purchasePrice / 100),
  tradera_order_id: null,
  total_vat: Math.round((row.price * row.quantity * row.tax) / (100 + row.tax)) / 100,
});

function totalOf({ rows, shippingCost, statedTotal }: Order): number {
  return statedTotal ?? rows.reduce((sum, { price, quantity }) => sum + price * quantity, shippingCost);
}

const weightOf = ({ rows }: Order): number => rows.reduce((sum, { weight, quantity }) => sum + weight * quantity, 0);

const localTime = (instant: string): string => zonedTime(new Date(instant), ZONE);
