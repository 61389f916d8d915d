import { sameContent } from '#lib/platform/canonical-json';
import { originalsIn } from './history.ts';
import { type Address, DERIVED, type Order, type OrderCore, type SnapshotHistory } from './order.ts';
import { wholeHistory } from './split.ts';
import { buildExpectations, buildUcp } from './ucp.ts';

/** The order that its history, parcels and corrections add up to, in whatever order they came. */
export function derive(core: OrderCore): Order {
  const history = wholeHistory(core);
  const { snapshot, paid } = history;
  const { stands } = core.history;
  const shippingAddress = overlay(snapshot.shippingAddress, core.correctedAddress);
  return {
    ...core,
    number: snapshot.number,
    placedAt: snapshot.placedAt,
    paidAt: paid?.at ?? null,
    buyer: snapshot.buyer,
    shippingAddress,
    shippingMethod: snapshot.shippingMethod,
    shipBy: snapshot.shipBy ?? null,
    taxIncluded: snapshot.taxIncluded,
    cancelled: snapshot.cancelled,
    sourceVersion: stands.version,
    snapshotHash: stands.hash,
    ucp: buildUcp({ ...core, history }, shippingAddress),
  };
}

/** The order with the expectations of its UCP order rebuilt: they follow from who has which units. */
export function withExpectations(order: Order): Order {
  const { ucp, shippingAddress } = order;
  const core = { ...order, history: wholeHistory(order) };
  const fulfillment = { ...ucp.fulfillment, expectations: buildExpectations(core, shippingAddress) };
  return { ...order, ucp: { ...ucp, fulfillment } };
}

function overlay(address: Address, corrected: Address | null): Address {
  const members = Object.entries({ ...address, ...corrected });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined && value !== ''));
}

const isDerived = new Set<string>(DERIVED);

/** An order as it is stored: without derived members (half of its bytes), if deriving gives them back exactly. */
export function storedOf(order: Order): Order | OrderCore {
  const members = Object.entries(order).filter(([name]) => !isDerived.has(name));
  const core = Object.fromEntries(members) as unknown as OrderCore;
  return sameContent(derive(core), order) ? withoutOriginals(core) : order;
}

/** An order of which one snapshot has told all repeats its stamp for each line. */
function withoutOriginals(core: OrderCore): OrderCore {
  const { originals, ...history } = core.history;
  const isImplied = sameContent(originals, originalsIn(history.stands, history.snapshot));
  return isImplied ? { ...core, history: history as SnapshotHistory } : core;
}

function withOriginals(stored: OrderCore): OrderCore {
  const { history } = stored;
  const { originals = originalsIn(history.stands, history.snapshot) } = history;
  return { ...stored, history: { ...history, originals } };
}

/** A stored item is never changed, so everyone who reads it (all who are told of one commit do) can share its order. */
const known = new WeakMap<object, Order>();

/** The order that a stored item stands for. */
export function wholeOf(stored: object): Order;
export function wholeOf(stored: object | undefined): Order | undefined;
export function wholeOf(stored: object | undefined): Order | undefined {
  if (stored === undefined || 'ucp' in stored) return stored as Order | undefined;
  const order = known.get(stored) ?? derive(withOriginals(stored as OrderCore));
  known.set(stored, order);
  return order;
}
