import type { Shape } from '../kit/hub.ts';
import { capital } from '../kit/words.ts';

type Order = Shape<'Order'>;
type Delivery = Shape<'Delivery'>;

/** One step of an order's way. */
export interface Step {
  at: string;
  /** Whose: a connection's id, a person's key, or a way of receipt. */
  by: string;
  title: string;
  /** What else is said of it, by a remote or a person. */
  words?: string | undefined;
  /** What it came to, where it could have come otherwise. */
  outcome?: string;
  /** How it is marked: as something that needs a person, or that was given up. */
  mark?: 'needs' | 'gave-up';
  delivery?: string;
}

type Detail = Record<string, unknown>;
const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

/** What a person wrote, or a remote said, of an entry. */
const wordsOf = ({ reason, note, description, code }: Detail): string | undefined =>
  text(reason) ?? text(note) ?? (description ? `${code ? `${code}: ` : ''}${description}` : undefined);

const TITLES: Readonly<Record<string, (detail: Detail, by: string) => string>> = {
  'order.received': (_, by) => `Received by ${by}`,
  'order.updated': ({ changed }) =>
    `Changed by the sales channel: ${(changed as string[] | undefined)?.join(', ') ?? 'the order'}`,
  'order.paid': () => 'Paid',
  'order.released': () => 'Released: it may ship',
  'order.cancelled': () => 'Cancelled by the sales channel',
  'order.placed': ({ remoteId, probed }) =>
    `${probed ? 'Found placed' : 'Placed'} with the shipper${remoteId ? `, as its ${remoteId}` : ''}`,
  'order.withdrawn': () => 'Withdrawn from the shipper',
  'order.stopped': () => 'A placement was stopped before it was made',
  'order.returned': () => 'Goods came back',
  'fulfillment.added': ({ carrier, trackingNumber }) => `Parcel: ${String(carrier).toUpperCase()} ${trackingNumber}`,
  'fulfillment.reported': ({ trackingNumber }) =>
    `Told the sales channel${trackingNumber ? `: ${trackingNumber}` : ''}`,
  'address.corrected': ({ members }) => `Address corrected: ${(members as string[] | undefined)?.join(', ') ?? ''}`,
  'order.remapped': ({ changed }) => `Remapped: ${(changed as string[] | undefined)?.join(', ') ?? ''}`,
  'buyer.erased': () => 'The buyer was erased',
  'delivery.blocked': () => 'Blocked: a person must act',
  'delivery.dead': () => 'Given up',
  'delivery.replayed': () => 'Replayed',
  'delivery.recalled': () => 'A replay was taken back',
  'delivery.closed': ({ action }) => `Closed as done: ${action}`,
};

const titleOf = (type: string, detail: Detail, by: string): string =>
  TITLES[type]?.(detail, by) ?? capital(type.replaceAll(/[._]/g, ' '));

/** All that happened, in its order: what is told of the order, and every attempt at every delivery of it. */
export function storyOf(order: Order, deliveries: readonly Delivery[]): Step[] {
  const told = order.timeline.map(
    ({ at, type, by, detail }): Step => ({
      // What came by a webhook or a poll came from whoever sold it.
      ...{ at, by: /^(webhook|poll|fetch)$/.test(by) ? order.connection : by },
      ...{ title: titleOf(type, detail, by), words: wordsOf(detail) },
      ...(type === 'delivery.blocked' && { mark: 'needs' as const }),
      ...(type === 'delivery.dead' && { mark: 'gave-up' as const }),
      ...(typeof detail.delivery === 'string' && { delivery: detail.delivery }),
    }),
  );
  const sold: Step = { at: order.placedAt, by: order.connection, title: 'Sold' };
  const attempts = deliveries.flatMap(({ id, action, connection, attempts: made }) =>
    made.map(
      ({ number, endedAt, outcome, httpStatus, description, code }): Step => ({
        ...{ at: endedAt, by: connection, title: `Attempt ${number} at ${action}`, outcome, delivery: id },
        words: [httpStatus && `HTTP ${httpStatus}`, description ?? code].filter(Boolean).join(', ') || undefined,
      }),
    ),
  );
  return [sold, ...attempts, ...told].sort((a, b) => a.at.localeCompare(b.at));
}
