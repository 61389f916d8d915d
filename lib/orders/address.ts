import { sameContent } from '#lib/platform/canonical-json';
import { derive } from './derive.ts';
import type { Address, Order, TimelineEntry } from './order.ts';

/** An address an operator may send: absent members stay as they are, blank ones are cleared. */
export type AddressPatch = { [Member in keyof Address]?: string | undefined };

/**
 * Records the members an operator corrected over whatever the sales channel says, now and later.
 * The timeline names the members; their values are the buyer's own.
 */
export function correctAddress(
  order: Order,
  patch: AddressPatch,
  source: { by: string; at: string },
): { order: Order; timeline: TimelineEntry[]; changed: boolean } {
  const given = Object.entries(patch).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const correctedAddress: Address = { ...order.correctedAddress, ...Object.fromEntries(given) };
  if (given.length === 0 || sameContent(correctedAddress, order.correctedAddress))
    return { order, timeline: [], changed: false };
  const { by, at } = source;
  const detail = { members: given.map(([member]) => member).sort() };
  return {
    order: derive({ ...order, correctedAddress, updatedAt: at }),
    timeline: [{ at, type: 'address.corrected', by, detail }],
    changed: true,
  };
}
