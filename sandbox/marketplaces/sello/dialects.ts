import {
  asNumbers,
  asTexts,
  changeValues,
  type Dialect,
  lackingAll,
  type Shown,
  withNoise,
  withoutZone,
} from '../dialects.ts';

const OPTIONAL =
  /^(weight|icons|reminder_sent|delivered_at|total|total_eur|customer_alias|customer_address_2|is_active|is_new|row_count|shipping_option|total_vat|item_no|submitter|purchase_price|tradera_order_id|total_weight)$/;

/** The document's order, worded differently with the same meaning. */
export const DIALECTS = {
  texts: asTexts,
  numbers: asNumbers,
  ...lackingAll(OPTIONAL),
  noise: withNoise(/^(price|total|total_vat|shipping_cost)$/),
  'dates-without-zone': withoutZone(/_at$/),
  'flags-as-digits': (shown) =>
    changeValues(shown, (value) => (typeof value === 'boolean' ? (value ? '1' : '0') : value)),
  'never-updated': (shown) => ({ ...shown, updated_at: null }),
  /** As in MySQL. */
  'zero-dates': (shown) => ({ ...shown, updated_at: '0000-00-00 00:00:00', delivered_at: '0000-00-00 00:00:00' }),
  /** As PHP writes a list with gaps. */
  'rows-by-id': ({ rows, ...shown }) => ({
    ...shown,
    ...(Array.isArray(rows) && { rows: Object.fromEntries(rows.map((row: Shown) => [String(row.id), row])) }),
  }),
  'other-members': (shown) => ({ ...shown, loyalty: { points: 5 }, status_id: 99_999_999, tags: ['a', null] }),
  /** As for products: `{ statusCode, data }`. */
  wrapped: (shown) => ('rows' in shown ? { statusCode: 200, data: shown } : shown),
} as const satisfies Record<string, Dialect>;
