import { asNumbers, asTexts, changeValues, type Dialect, lackingAll, withNoise } from '../dialects.ts';

const OPTIONAL =
  /^(PaymentMethodId|CreatedDate|TransactionNumber|AuthorizationCode|DiscountAmount|OrderTotal|ShippingInformation)$/;
const DATES = /Date$/;

/** The order as we read the document, worded differently with the same meaning. */
export const DIALECTS = {
  texts: asTexts,
  numbers: asNumbers,
  ...lackingAll(OPTIONAL),
  noise: withNoise(/^(UnitPrice|.*Amount|OrderTotal)$/),
  /** "2016-04-27T14:38:17.1709364+00:00" */
  'dates-with-zone': (shown) =>
    changeValues(shown, (value, key) =>
      DATES.test(key) && value !== null ? `${String(value).slice(0, 19)}.1709364+00:00` : value,
    ),
  'address-as-list': (shown) => ({ ...shown, ShippingAddress: [shown.ShippingAddress] }),
  /** The list shows orders without items; `order/get` shows all of it. */
  heads: ({ OrderItems: _items, ...shown }) => shown,
  'never-modified': (shown) => ({ ...shown, ModifiedDate: null }),
  'other-members': (shown) => ({ ...shown, StoreName: 'Main', LoyaltyPoints: null, Tags: ['a', null] }),
  'one-currency': ({ CurrencyCode: _currency, ...shown }) => shown,
} as const satisfies Record<string, Dialect>;
