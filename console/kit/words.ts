import type { Shape } from '#client/index';
import { EXPONENTS } from '#lib/platform/currency';

const PUT = '(`longshore connections put`): it runs by itself then.';
/** What was given up never does. */
const BY_ITSELF = /by itself then\.$/;

/** How to fix what waits for a person, by its cause; docs/operate.md, "Blocked, and what heals it", says more. */
const CURES: ReadonlyArray<readonly [causes: RegExp, cure: string]> = [
  [/^carrier_unmapped$/, `Map the carrier’s word in the settings of the connection it names ${PUT}`],
  [/^(service_unmapped|sku_unknown)$/, `Add it to the settings of the connection it names ${PUT}`],
  [/^route_missing$/, `Add a route ${PUT}`],
  [/^address_incomplete$/, 'Complete the address: it runs by itself then.'],
  [/^(http_401|credentials_refused|secrets_(missing|unreadable))$/, `Correct the secret ${PUT}`],
  [/^http_403$/, `Have it allowed there and replay it, or put other secrets ${PUT}`],
  [/^response_21$/, `Ask SellersCommerce which account the keys and the baseUrl are for, and correct them ${PUT}`],
  [/^redirected$/, `Correct the baseUrl of the connection, if it has moved ${PUT}`],
  [/^connection_missing$/, 'Put the connection back into the connections file, or close what is left of it.'],
  [/^(endpoint|secret)_missing$/, 'Add the endpoint again (`longshore endpoints add`): it runs by itself then.'],
  [/^delivered_status_unclear$/, `Set deliveredStatusId in the settings of the connection ${PUT}`],
  [/^ucp_key_missing$/, 'Make a key (`longshore ucp rotate-key`), then replay it.'],
  [/^cancelled_by_supplier$/, 'Decide who ships instead, then replay it; or ship it yourself and close it.'],
  [/^never_settled$/, 'Look at the shipper: close it if it has ended there, or replay it to have it polled again.'],
  [/^parcel_untold$/, 'Tell what left (`POST /orders/{id}/fulfillments`) and close it, or replay it to be polled.'],
  [/^partly_shipped$/, 'Route what has left to `erp` (`longshore orders route`), then replay it for the rest.'],
  [/^outcome_unknown$/, 'Look at the marketplace: replay it if it did not happen, close it if it did.'],
  [/^partly_done$/, 'Ask anew for what it says is missing, then replay it.'],
  [/^throttled_too_long$/, 'Ask the marketplace for a higher limit, or wait until it is quiet, then replay.'],
  [/^http_5|timeout|reset|unreachable|network/, 'The remote failed four times: once it is well again, replay.'],
];

/** What a person does elsewhere and closes here: another attempt would fail the same way. */
const BY_HAND: Readonly<Record<string, string>> = {
  cod_unsupported: 'Whoever was to ship it cannot collect the money: have somebody ship it who can, then close it.',
  cancel_unsupported: 'Have the order stopped at whoever ships, then close it.',
  cancel_too_late: 'Shoppo could not cancel it: look there, ask with a ticket, then close it.',
  order_not_found: 'Shoppo has no order under that code: look there, then close it.',
  number_taken: 'Whoever ships has another order under its number: place it there by hand, then close it.',
  placed_too_often: 'Too many orders for it have ended at Shoppo: place it there by hand, then close it.',
  authorization_missing: 'Capture the payment in the store, then close it.',
  goods_changed: 'Have whoever ships exchange the goods for those that the order has now, then close it.',
  address_changed: 'Have whoever ships send it to the address that it has now, then close it.',
  payment_refunded: 'Have it stopped at whoever ships, or cancel it at its channel; close it to let it leave.',
  amend_unsupported: 'Have whoever ships change the order as it says, then close it.',
};

export const isByHand = (cause: { code: string } | null | undefined): boolean => (cause?.code ?? '') in BY_HAND;

export const cureOf = (code: string, state: string): string =>
  BY_HAND[code] ??
  CURES.find(([causes, cure]) => causes.test(code) && (state === 'blocked' || !BY_ITSELF.test(cure)))?.[1] ??
  (state === 'blocked'
    ? 'Mend what it says: it runs by itself then, or replay it.'
    : 'Mend what the remote refused, in the order or at the remote, then replay: a dry run first.');

export const count = (number: number, one: string, many = `${one}s`, isComplete = true): string =>
  `${isComplete ? '' : 'at least '}${number.toLocaleString('en')} ${number === 1 ? one : many}`;

export const deliveries = (number: number, isComplete?: boolean): string =>
  count(number, 'delivery', 'deliveries', isComplete);

/** What is asked of a row, member by member: `country MX, method express`. */
export const conditions = (of: object): string =>
  Object.entries(of)
    .filter(([, value]) => value !== undefined)
    .map((each) => each.join(' '))
    .join(', ');

export const causeText = (cause: { code: string; description: string } | null | undefined): string | null =>
  cause ? `${cause.code}: ${cause.description}` : null;

/** Whether it found nothing to tell its remote: "succeeded" would read as if something had been cancelled. */
export const isIdle = ({ outcome, httpStatus, description, code }: Shape<'Attempt'>): boolean =>
  outcome === 'succeeded' && !httpStatus && !description && !code;

/** What a remote said to an attempt; undefined if it succeeded without saying anything. */
export const attemptWords = (attempt: Shape<'Attempt'>): string | undefined =>
  attempt.description ??
  attempt.code ??
  (isIdle(attempt) ? 'Nothing was left to do there: nothing was sent.' : undefined);

/** A name, or the id if the name shows nothing: it may be all spaces, or characters without width. */
export const nameOr = (id: string, name: string): string => (/[^\s\p{C}]/u.test(name) ? name : id);

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Money from minor units, exact. */
export function money(amount: number | null | undefined, currency: string): string {
  if (amount === null || amount === undefined) return '–';
  const digits = EXPONENTS[currency] ?? 2;
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code', ...decimals });
  return format.format(amount / 10 ** digits);
}

const UNITS = [
  [172_800_000, 86_400_000, 'days'],
  [7_200_000, 3_600_000, 'h'],
  [60_000, 60_000, 'min'],
] as const;

export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const [, size, unit] = UNITS.find(([from]) => ms >= from) ?? [];
  return size ? `${Math.round(ms / size)} ${unit}` : `${Math.round(ms / 100) / 10} s`;
}
