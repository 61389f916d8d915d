import { randomUUID } from 'node:crypto';
import { everyConnection } from '#lib/connections/store';
import type { Network } from '#lib/marketplaces/network';
import { changeOrder } from '#lib/orders/change';
import { isAskedFor, RETENTION } from '#lib/orders/erasure';
import { findWhole } from '#lib/orders/find';
import type { Order } from '#lib/orders/order';
import { listOrders } from '#lib/orders/store';
import { putAct, recordAct } from '#lib/platform/audit';
import { orNotFound } from '#lib/platform/errors';
import { hashEmail, normalEmail } from './email-hash.ts';
import { type Buyer, type Found, PLACES, type PlaceName } from './places.ts';
import { tracesOf } from './traces.ts';
import { OutOfTime } from './walk.ts';

/** Whose data: the buyer of one order, or of the one that it is a part of, or of every order with this e-mail address. */
export type Subject = { order: string } | { email: string };

interface Options {
  network: Network;
  /** The API key's name, for the timeline. */
  by: string;
  /** How many milliseconds it may take. */
  timeMs: number;
  /** Where the previous request ended, among all orders and among what may be about them. */
  cursor?: string | undefined;
  list?: typeof listOrders;
}

/** An export ends at this many bytes: half of an answer's limit, as a page is always looked through to its end. */
const MAX_BYTES = 2_000_000;

/**
 * Everything that the hub holds about a buyer. `complete` is false if there was no time for all; a request with
 * `cursor` continues. Throws NotFoundError for an unknown order.
 */
export async function exportBuyer(subject: Subject, options: Options, reason?: string) {
  const { buyer, next, begun } = await findBuyer(subject, options);
  const places = emptyPlaces<unknown[]>(() => []);
  let bytes = 0;
  const left = await eachFound(buyer, begun, (name, { data }) => {
    places[name].push(data);
    bytes += Buffer.byteLength(JSON.stringify(data));
    // The rest has room in the next answer.
    if (bytes > MAX_BYTES) buyer.deadline = 0;
  });
  const at = new Date().toISOString();
  const about = begun.place ? [] : buyer.orders.length > 0 || bytes === 0 ? idsOf(buyer) : [null];
  for (const each of about) await recordAct({ act: 'buyer.exported', about: each, by: options.by, reason }, at);
  return { orders: idsOf(buyer), places, ...progress(left, next, begun) };
}

/**
 * Makes every place forget a buyer, for good: the orders stay without the buyer, and so does whatever is sent about
 * them later. Repeating it changes nothing. Throws NotFoundError for an unknown order.
 */
export async function eraseBuyer(subject: Subject, reason: string, options: Options) {
  const { buyer, next, begun } = await findBuyer(subject, options);
  const at = new Date().toISOString();
  // From here on nothing new is kept about the buyer; what is known stays until everything found by it is gone.
  for (const order of buyer.orders) if (!begun.place || !order.erased) await mark(order, reason, at, options);
  const touched = emptyPlaces(() => 0);
  const visit = async (name: PlaceName, { erase }: Found) => {
    await erase();
    touched[name] += 1;
  };
  const left = await eachFound(buyer, begun, visit);
  const orders = idsOf(buyer);
  if (orders.length === 0 && Object.values(touched).some((count) => count > 0))
    await recordAct({ act: 'buyer.erased', about: null, by: options.by, reason }, at);
  return { id: `ers_${randomUUID()}`, at, by: options.by, reason, orders, touched, ...progress(left, next, begun) };
}

/** How far the search has come: in the list of all orders, and for those it found, in a place. */
interface Begun {
  orders?: string | undefined;
  place?: string | undefined;
  from?: string | undefined;
}

function readCursor(cursor = ''): Begun {
  const [orders, place, ...from] = cursor.split('~');
  return { orders: orders || undefined, place, from: from.join('~') };
}

export const cursorAt = ({ orders = '', place, from }: Begun): string => [orders, place, from].join('~');

/** Continues with what there was no time for; otherwise after the orders that were found. */
function progress(left: Begun | undefined, next: string | undefined, { orders = '' }: Begun) {
  const cursor = left ? cursorAt({ ...left, orders }) : next;
  return { complete: cursor === undefined, ...(cursor !== undefined && { cursor }) };
}

const idsOf = ({ orders }: Buyer): string[] => orders.map(({ id }) => id);

async function mark({ id }: Order, reason: string, at: string, { network, by }: Options): Promise<void> {
  const decide = async (order: Order | null) => {
    if (!order || (order.erased && (by === RETENTION || isAskedFor(order)))) return null;
    const hashes = await Promise.all(emailsOf(order).map((email) => hashEmail(email)));
    const erased = { at, by, email: order.erased?.email ?? (hashes.join(' ') || null) };
    const act = putAct({ act: 'buyer.erased', about: id, by, at, reason, detail: {} });
    return {
      order: { ...order, erased },
      timeline: [{ type: 'buyer.erased' as const, detail: { reason } }],
      also: [act],
    };
  };
  await changeOrder(id, decide, { by, origin: `erasure#${at}`, at, network });
}

/** Also those that a correction hides, and those of the order's parts at its sales channel: they are kept, too. */
function emailsOf({ buyer, shippingAddress, history, parts = {} }: Order): string[] {
  const said = [history, ...Object.values(parts)].flatMap(
    ({ snapshot: { buyer, shippingAddress, billingAddress } }) => [buyer, shippingAddress, billingAddress],
  );
  return [...new Set([buyer, shippingAddress, ...said].flatMap((who) => who?.email ?? []).map(normalEmail))];
}

async function findBuyer(subject: Subject, options: Options) {
  const { network, by, timeMs } = options;
  const begun = readCursor(options.cursor);
  const began = Date.now();
  const { orders, next } =
    'order' in subject
      ? { orders: [orNotFound(await findWhole(subject.order), 'order')], next: undefined }
      : await ordersOf(subject.email, { ...options, cursor: begun.orders }, began + timeMs / 2);
  const email = 'email' in subject ? subject.email : undefined;
  // After the last of the buyer's orders, everything else is searched for the address.
  const last = next === undefined ? email : undefined;
  const buyer: Buyer = { orders, traces: tracesOf(orders, email), email: last, network, by, deadline: began + timeMs };
  return { buyer, next, begun };
}

/** The next orders with this address, including those that were erased before; `next` is where there may be more. */
async function ordersOf(email: string, { network, cursor, list = listOrders }: Options, until: number) {
  const [wanted, hash] = [normalEmail(email), await hashEmail(email)];
  const connections = everyConnection(network);
  const matches = (order: Order) => emailsOf(order).includes(wanted) || order.erased?.email?.includes(hash) === true;
  for (let next = cursor; ; ) {
    const page = await list({ connections, limit: 200, cursor: next, matches });
    next = page.cursor;
    if (page.items.length > 0 || next === undefined || Date.now() > until) return { orders: page.items, next };
  }
}

/** Returns where time ran out, if it did: the order itself then stays as it is, as the rest is found by it. */
async function eachFound(
  buyer: Buyer,
  { place: first, from }: Begun,
  visit: (name: PlaceName, found: Found) => void | Promise<void>,
): Promise<Begun | undefined> {
  if (buyer.orders.length === 0 && buyer.email === undefined) return undefined;
  const begin = PLACES.findIndex(({ name }) => name === first);
  for (const [index, { name, find }] of PLACES.slice(Math.max(0, begin)).entries())
    try {
      if (index > 0 && Date.now() > buyer.deadline) throw new OutOfTime('');
      for await (const found of find(buyer, name === first ? from : undefined)) await visit(name, found);
    } catch (error) {
      if (error instanceof OutOfTime) return { place: name, from: error.from };
      throw error;
    }
  return undefined;
}

const emptyPlaces = <T>(make: () => T): Record<PlaceName, T> =>
  Object.fromEntries(PLACES.map(({ name }) => [name, make()])) as Record<PlaceName, T>;
