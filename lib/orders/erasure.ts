import type { Attempt, Delivery } from '#lib/deliveries/delivery';
import { derive } from './derive.ts';
import { snapshotHash } from './history.ts';
import type { Address, Order, OrderSnapshot, SnapshotHistory, SnapshotLine } from './order.ts';
import type { TimelineEntry } from './timeline.ts';

/** Replaces words of a remote or of the buyer. */
export const ERASED = 'erased';

/** Who erases the buyers whose time is over. */
export const RETENTION = 'hub';

/** Whether somebody asked for the erasure. Such an order stays, without its buyer: nothing else remembers who asked. */
export const isAskedFor = ({ erased }: Pick<Order, 'erased'>): boolean =>
  erased !== undefined && erased.by !== RETENTION;

/** Causes whose descriptions are the hub's own and name only goods and settings: whoever fixes those needs them. */
const OUR_CAUSES = new Set([
  ...['sku_unknown', 'carrier_unmapped', 'service_unmapped', 'route_missing', 'address_incomplete', 'cod_unsupported'],
  ...['partly_shipped', 'number_taken', 'connection_missing', 'secrets_missing', 'delivered_status_unclear'],
  ...['amend_unsupported', 'cancel_unsupported', 'cancelled_by_supplier'],
  ...['address_changed', 'goods_changed', 'payment_refunded'],
  ...['never_settled', 'parcel_untold', 'partly_done', 'secrets_unreadable'],
]);

/** Words that may quote the buyer are erased; those of our own causes stay. */
export const silent = (words: string, code: unknown): string => (OUR_CAUSES.has(String(code)) ? words : ERASED);

const onlyCountry = ({ address_country }: Address): Address =>
  address_country === undefined ? {} : { address_country };

/** What a line is personalized with may be a name. */
const withoutChoices = ({ attributes: _, ...line }: SnapshotLine): SnapshotLine => line;

/** A shipper's description may quote the buyer, and a tracking page's URL too. */
export const withoutDescription = <E extends { description?: string; trackingUrl?: string }>({
  description: _,
  trackingUrl: __,
  ...event
}: E) => event;

/**
 * A parcel without its URLs: a label shows the buyer's address, and a tracking page's URL may hold a postal code or an
 * e-mail address.
 */
export const withoutPages = <P extends { trackingUrl?: string | undefined; labelUrl?: string | undefined }>({
  trackingUrl: _,
  labelUrl: __,
  ...parcel
}: P) => parcel;

/**
 * A snapshot with nothing of the buyer but the country, by which sales are counted and routed. The channel's page of
 * the order shows the buyer to anyone who has its URL, and a discount's title may be a code made for one person.
 */
export function withoutBuyer(snapshot: OrderSnapshot): OrderSnapshot {
  const { billingAddress: _, note: __, pickupPoint: ___, permalinkUrl: ____, ...known } = snapshot;
  const { discounts, expectations, events, adjustments, lines, ...rest } = known;
  return {
    ...rest,
    buyer: {},
    shippingAddress: onlyCountry(snapshot.shippingAddress),
    lines: lines.map(withoutChoices),
    ...(discounts && { discounts: discounts.map(({ amount }) => ({ title: '', amount })) }),
    ...(events && { events: events.map(withoutDescription) }),
    ...(adjustments && { adjustments: adjustments.map(withoutDescription) }),
    ...(expectations && {
      expectations: expectations
        .map(withoutDescription)
        .map((each) => ({ ...each, destination: onlyCountry(each.destination) })),
    }),
  };
}

/** The order without its buyer and without text that may quote the buyer. Later snapshots lose the same. */
export function withoutBuyerIn(order: Order): Order {
  const parts = Object.entries(order.parts ?? {}).map(([id, history]) => [id, forget(history)] as const);
  return derive({
    ...order,
    correctedAddress: null,
    history: forget(order.history),
    ...(parts.length > 0 && { parts: Object.fromEntries(parts) }),
    ...(order.timeline && { timeline: order.timeline.map(withoutWords) }),
    ...(order.returns && { returns: order.returns.map((each) => ({ ...each, reason: null })) }),
    fulfillments: order.fulfillments.map(withoutPages),
    shipmentEvents: order.shipmentEvents.map(withoutDescription),
  });
}

/** The hash covers the content wherever it stands, so a snapshot that is sent again must still count as the same. */
function forget(history: SnapshotHistory): SnapshotHistory {
  const snapshot = withoutBuyer(history.snapshot);
  const [before, after] = [history.stands.hash, snapshotHash(snapshot)];
  const move = <T extends { hash: string }>(stamp: T): T => (stamp.hash === before ? { ...stamp, hash: after } : stamp);
  return {
    ...history,
    snapshot,
    stands: move(history.stands),
    paid: history.paid && move(history.paid),
    originals: history.originals.map(move),
    ...(history.levels && { levels: history.levels.map(move) }),
    vanished: history.vanished.map((each) => ({ ...move(each), line: withoutChoices(each.line) })),
  };
}

/** A timeline entry without its free text, which may quote the buyer. */
export function withoutWords(entry: TimelineEntry): TimelineEntry {
  const detail: Record<string, unknown> = { ...entry.detail };
  for (const name of ['description', 'note'])
    if (typeof detail[name] === 'string') detail[name] = silent(detail[name], detail.code);
  return { ...entry, detail } as TimelineEntry;
}

/** Why a delivery stopped, without a remote's words, which may name the buyer. */
export const silentCause = (cause: Delivery['cause'] | undefined) =>
  cause && { ...cause, description: silent(cause.description, cause.code) };

/** An attempt without a remote's words. */
export function silentAttempt<A extends Pick<Partial<Attempt>, 'code' | 'description' | 'told'>>(attempt: A): A {
  return {
    ...attempt,
    ...(attempt.description !== undefined && { description: silent(attempt.description, attempt.code) }),
    ...(attempt.told && { told: attempt.told.map((told) => withoutWords(told as never)) }),
  };
}
