import { type Bucket, createBucket } from './bucket.ts';
import type { Design } from './design.ts';
import { createPool, HORIZON, type Pool, sum } from './pool.ts';
import type { SellerSpec } from './scenarios.ts';
import { channels, shippers } from './world.ts';

/** The connections of alike sellers to one marketplace. */
export interface Side {
  name: string;
  marketplace: string;
  count: number;
  requestsPerMinute: number;
  /** The rate limits of all these connections together. */
  bucket: Bucket;
  /** The second at which the waitlist ends. */
  lineEnds: number;
  /** Attempts failed since the last success, since when, and when it was last asked whether it is back. */
  failed: number;
  failingSince: number;
  askedAt: number;
  /** Rings in addition to the one of each due delivery. */
  spareRings: number;
  /** Deliveries that the sweeper must ring for, by the second they are due, in a ring buffer. */
  unrung: Float64Array;
  /** By the second they are due, and of those due now: deliveries that are in another's message. */
  joining: Float64Array;
  joined: number;
  tasks: Task[];
}

/** Deliveries of one kind. */
export interface Task {
  name: string;
  pool: Pool;
  requests: number;
  /** What it reads is recorded as an event, and may be a new order. */
  records: boolean;
  bringsOrder: boolean;
  done(count: number): void;
  dead: number;
  succeeded: number;
}

/** One kind of message on the inbound queue. */
export interface Inbound {
  side: Side;
  waiting: number;
  /** The message carries a whole new order. */
  bringsOrder: boolean;
  done(count: number): void;
}

/** Webhooks of one kind, by the second in which they are sent. */
export interface Stream {
  marketplace: string;
  sent: Float64Array;
  /** Webhooks that the marketplace holds back while it is away. */
  held: number;
  usual: number;
  into: Inbound;
}

interface Notice {
  next?: Task['done'];
  bringsOrder?: boolean;
  /** The read that the previous webhook called for, and how long ago. */
  earlier?: { read: Task; secondsAgo: number } | undefined;
}

export interface Seller {
  spec: SellerSpec;
  channel: Side;
  shipper: Side;
  inbound: Inbound[];
  streams: Stream[];
  /** New orders at the channel. */
  sell(count: number, second: number): void;
  /** Orders whose channel was told. */
  finished(): number;
  /** Orders on their way, counted at each station: those at no station were lost. */
  onTheWay(): number;
}

/** How one seller's work is connected: webhook → message → delivery → message … → report. */
export function createSeller(spec: SellerSpec, design: Design, seconds: number, clock: { second: number }): Seller {
  const selling = channels[spec.channel.marketplace];
  const shipping = shippers[spec.shipper.marketplace];
  if (!selling || !shipping) throw new Error(`no assumptions about the marketplaces of ${spec.name}`);
  const channel = createSide(spec, spec.channel, design);
  const shipper = createSide(spec, spec.shipper, design);
  const inbound: Inbound[] = [];
  const streams: Stream[] = [];
  /** Where an order may be waiting for its next step, without side branches. */
  const stations: Array<() => number> = [];

  const task = (side: Side, name: string, done: Task['done'], more: Partial<Task> = {}): Task => {
    const pool = createPool(design.retry.limit + 1);
    const made = { name, pool, requests: 1, records: false, bringsOrder: false, done, dead: 0, succeeded: 0, ...more };
    side.tasks.push(made);
    return made;
  };
  const message = (side: Side, done: Inbound['done'], bringsOrder = false): Inbound => {
    const made = { side, waiting: 0, bringsOrder, done };
    inbound.push(made);
    return made;
  };
  const stream = (into: Inbound): Stream => {
    const { marketplace } = into.side;
    const made = {
      marketplace,
      sent: new Float64Array(seconds + LATEST_SECONDS),
      held: 0,
      usual: spec.ordersPerSecond,
      into,
    };
    streams.push(made);
    return made;
  };
  const waitingAt = (from: Stream) =>
    stations.push(() => from.held + from.into.waiting + sum(from.sent.subarray(clock.second + 1)));
  const openAt = ({ pool, dead }: Task) => pool.ready + pool.waiting + dead;
  /**
   * A webhook that only names something, and the read that it calls for; `next` is the order's next step. If the read
   * of an earlier webhook of the order has yet to begin, one read serves both.
   */
  const notice = (side: Side, name: string, { next, bringsOrder = false, earlier }: Notice = {}) => {
    const read = task(side, name, next ?? (() => {}), { records: true, bringsOrder });
    const open = (count: number) => {
      const covered = earlier ? count * earlier.read.pool.stillOpen(earlier.secondsAgo) : 0;
      read.pool.open(count - covered);
      if (!earlier || covered === 0) return;
      earlier.read.pool.drop(covered);
      // It takes the place of the earlier one, which is anywhere in the line.
      const [lineSeconds, pieces] = [side.lineEnds - clock.second, 10];
      for (let piece = 0; piece < pieces; piece++)
        read.pool.openLater(covered / pieces, (lineSeconds * (piece + 0.5)) / pieces);
    };
    const made = stream(message(side, open));
    if (next) {
      stations.push(() => openAt(read));
      waitingAt(made);
    }
    return { stream: made, read };
  };

  const report = task(channel, 'report', () => {});
  stations.push(() => openAt(report) / selling.reports);
  const tell = (count: number) => report.pool.open(count * selling.reports);
  const shipped: Array<ReturnType<typeof notice> & { after: number }> = [];
  for (const [index, after] of shipping.webhooksAfter.entries()) {
    const last = shipped.at(-1);
    const earlier = last && { read: last.read, secondsAgo: after - last.after };
    const isParcel = index === shipping.webhooksAfter.length - 1;
    const made = notice(shipper, isParcel ? 'track' : 'look', { earlier, ...(isParcel && { next: tell }) });
    shipped.push({ after, ...made });
  }
  const place = task(
    shipper,
    'place',
    (count) => {
      for (const each of shipped) send(each.stream, count, clock.second + each.after);
    },
    { requests: shipping.requestsPerPlacement },
  );
  stations.push(() => openAt(place));
  const placeAll = (count: number) => place.pool.open(count);
  const told = Array.from({ length: selling.webhooks }, (_, index) => {
    if (index > 0) return index < selling.reads ? notice(channel, 'look').stream : stream(message(channel, () => {}));
    if (selling.reads > 0) return notice(channel, 'read', { next: placeAll, bringsOrder: true }).stream;
    const whole = stream(message(channel, placeAll, true));
    waitingAt(whole);
    return whole;
  });
  return {
    ...{ spec, channel, shipper, inbound, streams },
    sell(count, second) {
      for (const each of told) send(each, count, second);
    },
    finished: () => report.succeeded / selling.reports,
    onTheWay: () => sum(stations.map((count) => count())),
  };
}

/** Streams reach past the end of the run, so that nothing is lost from view there. */
const LATEST_SECONDS = 7200;

function send({ sent }: Stream, count: number, second: number): void {
  const at = Math.min(second, sent.length - 1);
  sent[at] = (sent[at] ?? 0) + count;
}

function createSide({ name, count }: SellerSpec, at: SellerSpec['channel'], { paceOf }: Design): Side {
  const { marketplace, requestsPerMinute } = at;
  const bucket = createBucket(paceOf(requestsPerMinute), count);
  const full = `${name}@${marketplace}`;
  const rings = { spareRings: 0, unrung: new Float64Array(HORIZON), joining: new Float64Array(HORIZON), joined: 0 };
  return {
    name: full,
    marketplace,
    count,
    requestsPerMinute,
    bucket,
    lineEnds: 0,
    failed: 0,
    failingSince: 0,
    askedAt: 0,
    ...rings,
    tasks: [],
  };
}
