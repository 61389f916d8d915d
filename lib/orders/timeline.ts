import type { Attempt, Delivery, LineQuantity } from '#lib/deliveries/delivery';

interface Tells<Type extends string, Detail> {
  type: Type;
  detail: Detail;
}

/** What an order's timeline may tell. Inbound events, deliveries, replays and remaps are named by their ids. */
export type Told =
  // What the sales channel says of it.
  | Tells<'order.received', { number: string; version: string; event: string }>
  | Tells<'order.updated', { changed: string[]; version: string; event: string }>
  | Tells<'order.paid', { paidAt: string }>
  /** The order may ship, and no payment released it. */
  | Tells<'order.released', { payment: string }>
  | Tells<'order.cancelled', { cancelledAt: string | null }>
  /** The channel made another order of some of its lines. */
  | Tells<'order.part_joined', { externalId: string; lineItems: LineQuantity[]; event: string }>
  // What a shipper says of it.
  | Tells<
      'fulfillment.added',
      { fulfillment: string; carrier: string; trackingNumber: string; lineItems: LineQuantity[]; shippedAt: string }
    >
  /** The dot is followed by the UCP type of the event. */
  | Tells<`shipment.${string}`, { event: string; occurredAt: string; trackingNumber?: string }>
  /** What the shipper paid back to the seller, in minor units. */
  | Tells<'placement.refunded', { delivery: string; state: string; amount: number; currency: string }>
  | Tells<NoteType, { event: string; remoteId: string; note: string }>
  /** What came back, from whoever told of it. */
  | Tells<'order.returned', { return: string; lineItems: LineQuantity[]; refund?: { amount: number } }>
  // What people did with it.
  | Tells<'address.corrected', { members: string[] }>
  | Tells<'order.acknowledged', { reference: string }>
  | Tells<'order.routed', { to: string; lineItems: LineQuantity[]; reason: string }>
  | Tells<'order.restored', { reason: string }>
  | Tells<'buyer.erased', { reason: string | null }>
  | Tells<'order.remapped', { remap: string; changed: readonly string[]; event: string; reason?: string }>
  // What became of its deliveries.
  | Tells<PushedType, { delivery: string } & PushedDetail>
  | Tells<`${string}.done`, { delivery: string; remoteId?: string; note?: string }>
  | Tells<'order.stopped', { delivery: string }>
  | Tells<'delivery.blocked' | 'delivery.dead', { delivery: string; attempt?: number } & Partial<Cause>>
  | Tells<'delivery.replayed' | 'delivery.recalled', { delivery: string; replay: string; reason?: string }>
  | Tells<'delivery.closed', ClosedDetail & Partial<Cause>>;

/** What a marketplace may tell about an order besides the order itself. */
export type NoteType = 'ticket.replied';

type PushedType = 'order.placed' | 'order.withdrawn' | `${string}.reported`;

type PushedDetail = {
  remoteId?: string;
  trackingNumber?: string;
  /** A probe found it at the remote. */
  probed?: boolean;
  note?: string;
};

type ClosedDetail = {
  delivery: string;
  action: string;
  connection: string;
  was: 'dead' | 'blocked';
  reason: string;
  remoteId?: string;
};

type Cause = NonNullable<Delivery['cause']>;

/** What a push that succeeded tells; the attempt that keeps it names the delivery. */
export type ToldOfPush = Tells<PushedType, PushedDetail>;

/** One line of an order's timeline: what is told, when, and by whom (a channel of receipt, a connection, a person). */
export type TimelineEntry = Told & { at: string; by: string };

/** The lines that a delivery's attempts told; they are kept with the attempts. */
export const linesOf = ({ id, connection }: Delivery, attempts: readonly Attempt[]): TimelineEntry[] =>
  attempts.flatMap(({ endedAt, told = [] }) =>
    told.map(
      ({ type, detail }) =>
        ({ at: endedAt, type, by: connection, detail: { delivery: id, ...detail } }) as unknown as TimelineEntry,
    ),
  );
