import { chance, pickBy } from '#sandbox/aws/faults/chance';
import { type ChannelId, ERP, MARKET, SHED, SHOP, type ShipperId, STORE, SUPPLY } from './settings.ts';

export type Change = 'cancel' | 'quantity' | 'address';

/** An order as the proof sells it: the same for a seed and number, however fast the machine is. */
export interface Sold {
  index: number;
  channel: ChannelId;
  shipper: ShipperId | typeof ERP;
  /** The channel's id. */
  externalId: string;
  /** The hub's id. */
  id: string;
  number: string;
  items: Item[];
  firstName: string;
  parcels: number;
  /** Its bodies carry a label of 700 KB, which nothing reads. */
  large: boolean;
  change?: { what: Change; afterMs: number };
}

export interface Item {
  sku: string;
  quantity: number;
}

const CHANNEL: ReadonlyArray<readonly [number, ChannelId]> = [
  [0.6, SHOP],
  [0.25, MARKET],
  [0.15, STORE],
];
const SHIPPER: Record<ChannelId, ReadonlyArray<readonly [number, Sold['shipper']]>> = {
  [SHOP]: [
    [0.6, SHED],
    [0.25, SUPPLY],
    [0.15, ERP],
  ],
  [MARKET]: [
    [0.6, SUPPLY],
    [0.4, ERP],
  ],
  [STORE]: [
    [0.3, SHED],
    [0.4, SUPPLY],
    [0.3, ERP],
  ],
};
const CHANGES: ReadonlyArray<readonly [number, Change]> = [
  [0.06, 'cancel'],
  [0.05, 'quantity'],
  [0.05, 'address'],
];
/** Channels' times have whole seconds: two changes within one second would have no order that anyone could know. */
export const EARLIEST_CHANGE_MS = 1100;
const LATEST_CHANGE_MS = 8000;
const TWO_PARCELS = 0.08;
/** The share of orders that leave in a hundred parcels at once. */
const HUNDRED_PARCELS = 0.002;
const HUNDRED = 100;
const LARGE = 0.01;
const ODD = 0.05;
/** Valid UTF-8 and JSON, but with characters that SQS does not accept as they are. */
const ODD_NAME = 'Ana\uFFFF\uFFFE';
const FIRST_MARKET_ID = 700_000;
const FIRST_SKU = { [SHED]: 'MUG-RED', [SUPPLY]: 'SHP-1', [ERP]: 'POSTER' } as const;
const SECOND_SKU = { [SHED]: 'TEA-50', [SUPPLY]: 'SHP-3', [ERP]: 'FRAME' } as const;
const ADDRESSES = {
  [SHED]: { street: 'Av. Vallarta 1000', city: 'Guadalajara', region: 'Jalisco', zip: '44100', country: 'MX' },
  [SUPPLY]: { street: '1200 Congress Ave', city: 'Austin', region: 'Texas', zip: '78701', country: 'US' },
  [ERP]: { street: 'Storgatan 1', city: 'Lund', region: 'Skåne', zip: '22222', country: 'SE' },
} as const;
/** Sello's orders have no state: a city that is a state needs none. */
const WITHOUT_STATE = { street: '1 Raffles Place', city: 'Singapore', region: '', zip: '048616', country: 'SG' };
export const LAST_NAME = 'Torres';
export const PHONE = '+525512345678';

export function orderOf(seed: number, index: number): Sold {
  const draw = (...what: string[]) => chance(seed, 'order', index, ...what);
  const channel = pickBy(CHANNEL, draw('channel')) ?? SHOP;
  const shipper = pickBy(SHIPPER[channel], draw('shipper')) ?? SHED;
  const externalId = channel === MARKET ? String(FIRST_MARKET_ID + index) : `ord_${seed}_${index}`;
  const what = pickBy(CHANGES, draw('change'));
  return {
    ...{ index, channel, shipper, externalId },
    id: `${channel}:${externalId}`,
    number: channel === MARKET ? externalId : channel === STORE ? externalId : `P-${seed}-${index}`,
    items: [
      { sku: FIRST_SKU[shipper], quantity: 2 },
      { sku: SECOND_SKU[shipper], quantity: 1 },
    ],
    firstName: draw('odd') < ODD ? ODD_NAME : 'Ana',
    parcels: parcelsOf(draw('parcels'), channel, shipper),
    large: draw('large') < LARGE,
    ...(what && { change: { what, afterMs: EARLIEST_CHANGE_MS + draw('after') ** 2 * LATEST_CHANGE_MS } }),
  };
}

/**
 * One parcel where Marketful (which tells no contents) ships for SellersCommerce (which requires them): it holds all.
 */
function parcelsOf(at: number, channel: ChannelId, shipper: Sold['shipper']): number {
  if (channel === STORE && shipper === SHED) return 1;
  if (shipper === SHED && at < HUNDRED_PARCELS) return HUNDRED;
  return at < TWO_PARCELS ? 2 : 1;
}

/** What the buyer wants after changing the quantity: one more, or one less. */
export const changedItems = ({ index, items: [first, ...others] }: Sold): Item[] =>
  first ? [{ ...first, quantity: index % 2 === 0 ? 3 : 1 }, ...others] : [];

/** The street after an address change. */
export const CHANGED_STREET = 'Calle Nueva 7';

/** The content of an order at its channel or in the hub: the same if nothing is lost or outdated. */
export interface Content {
  cancelled: boolean;
  items: Record<string, number>;
  street: string;
}

export const addressOf = ({ channel, shipper }: Pick<Sold, 'channel' | 'shipper'>) =>
  channel === MARKET && shipper === SUPPLY ? WITHOUT_STATE : ADDRESSES[shipper];

/** An order as it was bought. */
export const boughtOf = (order: Sold): Content => ({
  cancelled: false,
  items: Object.fromEntries(order.items.map(({ sku, quantity }) => [sku, quantity])),
  street: addressOf(order).street,
});
