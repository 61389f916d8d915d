import type { Address, Order, OrderCore } from './order.ts';
import { joinParts } from './split.ts';
import { buildUcp } from './ucp.ts';

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

function overlay(address: Address, corrected: Address | null): Address {
  const members = Object.entries({ ...address, ...corrected });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined && value !== ''));
}
