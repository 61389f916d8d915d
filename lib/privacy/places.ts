import { bodyBytes } from '#events/inbound-body';
import { everyAccount, everyConnection } from '#lib/connections/store';
import type { Delivery } from '#lib/deliveries/delivery';
import { getAttempts, getDeliveries, getDelivery, putAttempt, touched, transition } from '#lib/deliveries/ledger';
import { listDeliveries } from '#lib/deliveries/list';
import { type InboundEvent, listEvents, putErased } from '#lib/inbound/event';
import type { Network } from '#lib/marketplaces/network';
import { changeOrder } from '#lib/orders/change';
import { silent, silentAttempt, silentCause, withoutBuyerIn, withoutWords } from '#lib/orders/erasure';
import type { Order } from '#lib/orders/order';
import { deliveriesOf, listTimeline, putTimelineEntries } from '#lib/orders/store';
import { readJson } from '#lib/platform/json';
import { deadLetterQueue, ENDPOINT, INBOUND_QUEUE } from '#lib/platform/names';
import { deleteMessages, giveBackMessages, type Taken, takeMessages } from '#lib/platform/queue/redrive';
import { db } from '#lib/platform/table/table';
import { untilCommitted } from '#lib/platform/table/until-committed';
import { decodeText } from '#lib/platform/text';
import { placeOf, readQuarantine, removeQuarantined, saidIn } from '#lib/quarantine/store';
import { hasTrace } from './traces.ts';
import { OutOfTime, walk } from './walk.ts';

/** Whom to look for: the buyer's orders, if any, and what identifies the buyer where no order is named. */
export interface Buyer {
  orders: readonly Order[];
  traces: readonly string[];
  /** The e-mail address, if every account is searched for it, whether or not it has an order of the buyer's. */
  email?: string | undefined;
  network: Network;
  /** Who erases the buyer, for the timeline. */
  by: string;
  /** Milliseconds since 1970 at which a search stops; an export that is full moves it. */
  deadline: number;
}

/** Something about a buyer: what it says, and how to make it say nothing. */
export interface Found {
  id: string;
  data: unknown;
  erase(): Promise<void>;
}

/** A place that holds buyers' data. */
interface Place {
  name: PlaceName;
  /** `from`: where the previous search ran out of time. */
  find(buyer: Buyer, from?: string): AsyncGenerator<Found>;
}

export type PlaceName = 'events' | 'quarantine' | 'deadLetters' | 'deliveries' | 'timeline' | 'orders';

/**
 * Every place that holds a buyer's data; test/privacy.test.ts checks the list against the hub. The order itself comes
 * last, as the others are found by what it says.
 */
export const PLACES: readonly Place[] = [
  { name: 'events', find: findEvents },
  { name: 'quarantine', find: findQuarantined },
  { name: 'deadLetters', find: findDeadLetters },
  { name: 'deliveries', find: findDeliveries },
  { name: 'timeline', find: findTimeline },
  { name: 'orders', find: findOrders },
];

/** Accounts that may have spoken of the orders: those that sold them, and those asked to ship them. */
const accountsOf = (orders: readonly Order[]): string[] => [
  ...new Set(
    orders.flatMap(({ connection, placements }) => [connection, ...placements.map((each) => each.connection)]),
  ),
];

/** Where there may be something that became none of the buyer's orders. */
const everywhere = ({ orders, email, network }: Buyer): string[] => [
  ...new Set([...accountsOf(orders), ...(email === undefined ? [] : everyConnection(network))]),
];

/** All that identifies the buyer in what is about another order: its own buyer may live in the same house. */
const elsewhere = ({ email }: Buyer): readonly string[] => [email ?? []].flat();

/** What identifies the buyer at an account: where the buyer has no order, the orders' numbers are somebody else's. */
const tracesAt = (connection: string, buyer: Buyer): readonly string[] =>
  accountsOf(buyer.orders).includes(connection) ? buyer.traces : elsewhere(buyer);

/**
 * What identifies the buyer or the orders in a delivery or message. Marketplaces use similar order numbers, so at an
 * account that has none of the orders, a number means nothing.
 */
const wordsAt = (connection: string | undefined, buyer: Buyer): readonly string[] => {
  const { orders, traces, network } = buyer;
  const isStrange =
    connection !== undefined &&
    everyConnection(network).includes(connection) &&
    !accountsOf(orders).includes(connection);
  return [...fullIds(buyer), ...(isStrange ? traces.filter((trace) => !trace.startsWith('"')) : traces)];
};

/** The orders' ids, which are nobody else's anywhere. */
const fullIds = ({ orders }: Buyer): string[] => orders.map(({ id }) => `"${id}"`);

const earliest = (orders: readonly Order[]): string => orders.map(({ receivedAt }) => receivedAt).sort()[0] ?? '';

/** Raw bodies: those that became one of the orders, and unreadable ones with a trace of the buyer. */
async function* findEvents(buyer: Buyer, from?: string): AsyncGenerator<Found> {
  const { orders } = buyer;
  const ids = new Set(orders.map(({ id }) => id));
  const tracesIn = ({ connection, order }: InboundEvent) =>
    order === null ? tracesAt(connection, buyer) : elsewhere(buyer);
  const isHis = (event: InboundEvent) =>
    event.body !== '' &&
    ((event.order !== null && ids.has(event.order)) || bodiesOf(event).some((body) => hasTrace(body, tracesIn(event))));
  const accounts = accountsOf(orders);
  const connections = everywhere(buyer);
  const since = earliest(orders);
  const read = async (list: string, cursor: string | undefined) => {
    if (list === 'since') return listEvents({ connections: accounts, since, limit: PAGE, cursor });
    const { items, ...page } = await listEvents({ connections, state: 'unreadable', limit: PAGE, cursor });
    // What could not be read may have come before there was an order, or have made none.
    const isElse = ({ connection, receivedAt }: InboundEvent) => receivedAt < since || !accounts.includes(connection);
    return { ...page, items: items.filter(isElse) };
  };
  for await (const event of walk(['since', 'unreadable'], read, from, buyer)) {
    if (!isHis(event)) continue;
    const { id, connection, topic, receivedAt } = event;
    const [body, named] = bodiesOf(event).map(String);
    const data = { id, connection, topic, receivedAt, body, ...(named !== undefined && { named }) };
    yield { id, data, erase: () => db.put(putErased(event).Put) };
  }
}

/** The body of an event, and of the webhook that named it. */
const bodiesOf = (event: InboundEvent): Buffer[] => [event, event.named ?? []].flat().map(bodyBytes);

const PAGE = 100;

/** Strangers can fill the quarantine of any connection, so a search may stop, and continue, at any of its webhooks. */
async function* findQuarantined(buyer: Buyer, from = ''): AsyncGenerator<Found> {
  const connections = everywhere(buyer);
  const [first = '', ...rest] = from.split(' ');
  const since = rest.join(' ');
  let isBegun = false;
  for (const connection of connections.slice(Math.max(0, connections.indexOf(first))))
    for (const kept of await readQuarantine(connection)) {
      const { id, topic, receivedAt, slot } = kept;
      if (connection === first && placeOf(kept) < since) continue;
      if (isBegun && Date.now() > buyer.deadline) throw new OutOfTime(`${connection} ${placeOf(kept)}`);
      isBegun = true;
      const body = saidIn(kept);
      if (!hasTrace(body, tracesAt(connection, buyer))) continue;
      const data = { id, connection, topic, receivedAt, body: decodeText(body) };
      yield { id, data, erase: () => removeQuarantined(connection, slot, id) };
    }
}

/** How long messages are hidden from others: longer than it takes to look at a batch. */
const HIDE_SECONDS = 30;

/** Messages that crashed their function hold a body, those of dead deliveries a remote's words. */
async function* findDeadLetters(buyer: Buyer, from = ''): AsyncGenerator<Found> {
  const { network } = buyer;
  const marketplaces = everyAccount(network).map((each) => each.marketplace);
  const queues = [...new Set([INBOUND_QUEUE, ENDPOINT, ...marketplaces].map(deadLetterQueue))];
  const begin = Math.max(0, queues.indexOf(from));
  for (const [index, queue] of queues.slice(begin).entries()) {
    // A queue is searched in one go, as there is no way to continue in it.
    if (index > 0 && Date.now() > buyer.deadline) throw new OutOfTime(queue);
    const rest = new Set<Taken>();
    try {
      for await (const message of eachMessage(queue)) {
        rest.add(message);
        const { connection, inner } = readMessage(message.body);
        if (![message.body, inner].some((body) => hasTrace(body, wordsAt(connection, buyer)))) continue;
        const erase = async () => {
          await deleteMessages(queue, [message]);
          rest.delete(message);
        };
        yield { id: message.id, data: { queue, body: message.body }, erase };
      }
    } finally {
      await giveBackMessages(queue, [...rest]);
    }
  }
}

/** All messages of a queue, hidden from others meanwhile: one that comes again shows that all of them were seen. */
async function* eachMessage(queue: string): AsyncGenerator<Taken> {
  const seen = new Set<string>();
  for (;;) {
    const taken = await takeMessages(queue, HIDE_SECONDS);
    if (taken.length === 0 || taken.some(({ id }) => seen.has(id))) return;
    for (const { id } of taken) seen.add(id);
    yield* taken;
  }
}

/** The connection of a message in the inbound queue, and the bytes that it carries; neither where it is none of the hub's. */
function readMessage(text: string): { connection: string | undefined; inner: Buffer } {
  const { connection, body, encoding } = (readJson(text) ?? {}) as Record<string, unknown>;
  const inner = Buffer.from(typeof body === 'string' ? body : '', encoding === 'base64' ? 'base64' : 'utf8');
  return { connection: typeof connection === 'string' ? connection : undefined, inner };
}

/** Stands for the deliveries of the buyer's own orders, after those of all connections: no connection has this name. */
export const OWN = '*';

/** What remotes said of the orders and of reading them, and what marketplaces were asked for them. */
async function* findDeliveries(buyer: Buyer, from?: string): AsyncGenerator<Found> {
  const { orders, network } = buyer;
  const ids = (await Promise.all(orders.map(({ id }) => deliveriesOf(id)))).flatMap((each) => each ?? []);
  const own = await getDeliveries(ids);
  const names = await namesOf(orders, own);
  const isAbout = (delivery: Delivery) => {
    const { id, connection, subject, cause, attempts = [] } = delivery;
    if (ids.includes(id) || !saysAnything(delivery, attempts)) return false;
    const { resource, ...asked } = subject;
    const said = [resource, ...Object.values(subject.input ?? {})];
    const isOthers = delivery.order !== null && !orders.some((order) => order.id === delivery.order);
    const words = isOthers ? [...fullIds(buyer), ...elsewhere(buyer)] : wordsAt(connection, buyer);
    return (
      said.some((each) => typeof each === 'string' && names.has(`${connection} ${each}`)) ||
      hasTrace(JSON.stringify([asked, cause, attempts]), words)
    );
  };
  const since = earliest(orders);
  const read = async (list: string, cursor: string | undefined) => {
    if (list === OWN) return { items: own };
    const { items, ...page } = await listDeliveries({ connection: list, since, limit: PAGE, cursor });
    return { ...page, items: items.filter(isAbout) };
  };
  const lists = [...everyAccount(network).map(({ id }) => id), OWN];
  for await (const delivery of walk(lists, read, from, buyer)) yield* wordsOf(delivery);
}

/** What the orders, and the tickets and returns made for them, are called at each connection. */
async function namesOf(orders: readonly Order[], own: readonly Delivery[]): Promise<Set<string>> {
  const beside = await Promise.all(orders.map(({ id }) => listTimeline(id)));
  const told = [...orders.flatMap(({ timeline = [] }) => timeline), ...beside.flat().flatMap(({ entries }) => entries)];
  const called = [
    ...orders.flatMap(({ connection, externalId, parts = {} }) =>
      [externalId, ...Object.keys(parts)].map((id) => [connection, id] as const),
    ),
    ...own.map(({ connection, placed }) => [connection, placed?.remoteId] as const),
    ...told.map(({ by, detail }) => [by, 'remoteId' in detail && detail.remoteId] as const),
  ];
  return new Set(called.flatMap(([connection, id]) => (id ? `${connection} ${id}` : [])));
}

async function* wordsOf(delivery: Delivery): AsyncGenerator<Found> {
  const attempts = await getAttempts(delivery);
  if (!saysAnything(delivery, attempts)) return;
  const { id, connection, action, cause, subject } = delivery;
  yield {
    id,
    data: { id, connection, action, cause, input: subject.input, words: attempts.map((each) => each.description) },
    erase: () => eraseWords(id),
  };
}

const saysAnything = (
  { cause, subject, closed }: Delivery,
  attempts: ReadonlyArray<{ code?: string; description?: string }>,
): boolean =>
  [cause, closed?.cause, ...attempts].some(
    (each) => each?.description !== undefined && each.description !== silent(each.description, each.code),
  ) ||
  (subject.input !== undefined && subject.input !== null);

/** Without its input a request cannot be made again: an open one is then refused by its connector. */
async function eraseWords(id: string): Promise<void> {
  await untilCommitted(`delivery ${id}`, async () => {
    const was = await getDelivery(id);
    if (!was) return true;
    const later = (await getAttempts(was)).slice(was.attempts?.length ?? 0);
    const now: Delivery = {
      ...was,
      cause: silentCause(was.cause) ?? null,
      subject: { ...was.subject, ...('input' in was.subject && { input: null }) },
      ...(was.attempts && { attempts: was.attempts.map(silentAttempt) }),
      ...(was.closed && { closed: { ...was.closed, cause: silentCause(was.closed.cause) ?? null } }),
    };
    const also = later.map((each) => putAttempt(was, silentAttempt(each)));
    return (await transition(was, was.state === 'succeeded' ? touched(now) : now, also)) || undefined;
  });
}

/** Timeline entries that stand beside an order. */
async function* findTimeline({ orders }: Buyer): AsyncGenerator<Found> {
  for (const { id } of orders)
    for (const { key, entries } of await listTimeline(id)) {
      const silentEntries = entries.map(withoutWords);
      if (JSON.stringify(silentEntries) === JSON.stringify(entries)) continue;
      yield { id: key.sk, data: entries, erase: () => db.put(putTimelineEntries(key, silentEntries).Put) };
    }
}

async function* findOrders(whom: Buyer, from?: string): AsyncGenerator<Found> {
  const { orders, network, by } = whom;
  const begin = orders.findIndex((order) => order.id === from);
  for (const [index, order] of orders.slice(Math.max(0, begin)).entries()) {
    if (index > 0 && Date.now() > whom.deadline) throw new OutOfTime(order.id);
    const { id, number, placedAt, buyer, shippingAddress, correctedAddress, ucp } = order;
    const { history, parts = {}, returns, shipmentEvents, timeline } = order;
    const data = {
      ...{ id, number, placedAt, buyer, shippingAddress, correctedAddress, lines: ucp.line_items, totals: ucp.totals },
      ...{ returns, shipmentEvents, timeline },
      said: [history, ...Object.values(parts)].map(({ snapshot, vanished }) => ({ snapshot, vanished })),
    };
    const forget = (known: Order | null) => known && { order: withoutBuyerIn(known) };
    yield {
      id,
      data,
      erase: async () => void (await changeOrder(id, forget, { by, origin: `erasure#${id}`, network })),
    };
  }
}
