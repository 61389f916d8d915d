import { sameContent } from '#lib/platform/canonical-json';
import { derive } from './derive.ts';
import type { Derived, Order, OrderCore } from './order.ts';

const DERIVED: ReadonlySet<string> = new Set<Derived>([
  ...(['number', 'placedAt', 'paidAt', 'buyer', 'shippingAddress', 'shippingMethod', 'shipBy'] as const),
  ...(['taxIncluded', 'cancelled', 'sourceVersion', 'snapshotHash', 'ucp'] as const),
]);

/** An order as it is stored: without what is derived, which is half of its bytes, where that is the very same again. */
export function storedOf(order: Order): Order | OrderCore {
  const core = Object.fromEntries(Object.entries(order).filter(([name]) => !DERIVED.has(name))) as unknown as OrderCore;
  return sameContent(derive(core), order) ? core : order;
}

/** The order of what is stored of it. */
export function wholeOf(stored: object): Order;
export function wholeOf(stored: object | undefined): Order | undefined;
export function wholeOf(stored: object | undefined): Order | undefined {
  return stored === undefined || 'ucp' in stored ? (stored as Order | undefined) : derive(stored as OrderCore);
}
