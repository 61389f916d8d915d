import { unblock } from '#lib/deliveries/reopen';
import { putAct } from '#lib/platform/audit';
import { sameContent } from '#lib/platform/canonical-json';
import { NotFoundError, RejectedError } from '#lib/platform/errors';
import { changeOrder } from './change.ts';
import { derive } from './derive.ts';
import type { Address, Order } from './order.ts';
import type { Network } from './plan.ts';
import { getOrder } from './store.ts';
import type { Told } from './timeline.ts';

/** An address an operator may send: absent members stay as they are, blank ones are cleared. */
export type AddressPatch = { [Member in keyof Address]?: string | undefined };

/**
 * Corrects an order's address and lets run what waited for it: placements, and routes that go by country. Throws
 * NotFoundError, and RejectedError `buyer_erased` where nothing more is to be kept of the buyer.
 */
export async function patchAddress(id: string, patch: AddressPatch, by: string, network: Network): Promise<Order> {
  await changeOrder(
    id,
    (order) => {
      if (!order) throw new NotFoundError('order');
      if (order.erased)
        throw new RejectedError({ code: 'buyer_erased', description: 'its buyer was erased, with every address' });
      const corrected = correctAddress(order, patch);
      const detail = { members: membersIn(patch) };
      const act = putAct({ act: 'address.corrected', about: id, by, at: new Date().toISOString(), detail });
      return corrected && { ...corrected, also: [act] };
    },
    { by, network },
  );
  const order = await getOrder(id);
  if (!order) throw new NotFoundError('order');
  await unblock('order', { deliveries: order.deliveries });
  await unblock('routes', { deliveries: order.deliveries });
  return order;
}

/**
 * Records the members an operator corrected over whatever the sales channel says, now and later; null where they say
 * so already. The timeline names the members; their values are the buyer's own.
 */
export function correctAddress(order: Order, patch: AddressPatch): { order: Order; timeline: Told[] } | null {
  const members = membersIn(patch);
  const given = Object.fromEntries(members.map((member) => [member, patch[member]]));
  const correctedAddress: Address = { ...order.correctedAddress, ...given };
  if (members.length === 0 || sameContent(correctedAddress, order.correctedAddress)) return null;
  return {
    order: derive({ ...order, correctedAddress }),
    timeline: [{ type: 'address.corrected', detail: { members } }],
  };
}

const membersIn = (patch: AddressPatch): Array<keyof Address> =>
  (Object.keys(patch) as Array<keyof Address>).filter((member) => patch[member] !== undefined).sort();
