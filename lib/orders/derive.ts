import { sameContent } from '#lib/platform/canonical-json';
import { type Address, DERIVED, type Order, type OrderCore } from './order.ts';
import { joinParts } from './split.ts';
import { buildExpectations, buildUcp } from './ucp.ts';

/** The order its history, parcels and corrections make, whichever of them came first. */
export function derive(core: OrderCore): Order {
  const history = joinParts(core.history, core.parts);
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

/** The order with the expectations of its UCP order made anew: they follow from who has which units. */
export function withExpectations(order: Order): Order {
  const { ucp, shippingAddress } = order;
  const core = { ...order, history: joinParts(order.history, order.parts) };
  const fulfillment = { ...ucp.fulfillment, expectations: buildExpectations(core, shippingAddress) };
  return { ...order, ucp: { ...ucp, fulfillment } };
}

function overlay(address: Address, corrected: Address | null): Address {
  const members = Object.entries({ ...address, ...corrected });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined && value !== ''));
}

const isDerived = new Set<string>(DERIVED);

/** An order as it is stored: without what is derived, which is half of its bytes, where that is the very same again. */
export function storedOf(order: Order): Order | OrderCore {
  const members = Object.entries(order).filter(([name]) => !isDerived.has(name));
  const core = Object.fromEntries(members) as unknown as OrderCore;
  return sameContent(derive(core), order) ? core : order;
}

/** What is stored is read and never changed: whoever asks for its order again, as all do who are told of a commit, gets the same. */
const known = new WeakMap<object, Order>();

/** The order of what is stored of it. */
export function wholeOf(stored: object): Order;
export function wholeOf(stored: object | undefined): Order | undefined;
export function wholeOf(stored: object | undefined): Order | undefined {
  if (stored === undefined || 'ucp' in stored) return stored as Order | undefined;
  const order = known.get(stored) ?? derive(stored as OrderCore);
  known.set(stored, order);
  return order;
}
