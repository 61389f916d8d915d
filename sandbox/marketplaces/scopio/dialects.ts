import { asNumbers, asTexts, changeValues, type Dialect, lackingAll, withNoise, withoutZone } from '../dialects.ts';

const OPTIONAL = /^(company|paid_at|extended_address|title|adjustments|events|status)$/;
const AMOUNTS = /^(net_price|gross_price|total_net|total_gross)$/;

/** The order as we read the document, worded differently with the same meaning. */
export const DIALECTS = {
  texts: asTexts,
  numbers: asNumbers,
  ...lackingAll(OPTIONAL),
  noise: withNoise(AMOUNTS),
  'more-decimals': (shown) =>
    changeValues(shown, (value, key) => (AMOUNTS.test(key) && value !== null ? `${value}04` : value)),
  'decimal-comma': (shown) =>
    changeValues(shown, (value, key) => (AMOUNTS.test(key) ? String(value).replace('.', ',') : value)),
  'dates-without-zone': withoutZone(/_at$/),
  'method-as-object': ({ shipping_method: code, ...shown }) => ({
    ...shown,
    ...(code === undefined ? {} : { preferred_shipping_methods: [{ code, label: code }] }),
  }),
  'without-totals': ({ total_gross: _gross, total_net: _net, ...shown }) => shown,
  'other-members': (shown) => ({ ...shown, status: 'cleared', loyalty_points: 12, gift: { wrap: true } }),
  /** Readable only with `settings.fields`. */
  renamed: ({ shipping_address: address, ...shown }) => ({ ...shown, delivery: address }),
} as const satisfies Record<string, Dialect>;
