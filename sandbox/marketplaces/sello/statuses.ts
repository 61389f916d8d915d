import type { Store } from '../store.ts';
import type { Flags } from './order.ts';

/** An order status of the account, in the shape it is shown. */
export interface Status extends Flags {
  id: string;
  title: string;
  color: string;
}

export const PAID = 2591259;
export const UNPAID = 2591257;
const DELIVERED = 2591261;
export const CANCELLED = 2591263;

const FIRST_ADDED = 2632065;
const NO_FLAGS: Flags = { is_paid: false, is_delivered: false, is_active: false, is_deleted: false };
const open = { ...NO_FLAGS, is_active: true };

// The first two are the document's.
const FIRST: readonly Status[] = [
  status(PAID, 'Payment received', '#bfdabf', { ...open, is_paid: true }),
  status(UNPAID, 'Awaiting payment', '#1a1ad4', open),
  status(DELIVERED, 'Delivered', '#8fbc8f', { ...NO_FLAGS, is_paid: true, is_delivered: true }),
  status(CANCELLED, 'Cancelled', '#d9534f', { ...NO_FLAGS, is_deleted: true }),
];

/** The account's order statuses, which define an order's flags. */
export type Statuses = ReturnType<typeof createStatuses>;

export function createStatuses(store: Store) {
  const kept = store.collection<Status>('statuses');
  const put = (one: Status): Status =>
    kept.put(one.id, one.is_deleted ? { ...one, ...NO_FLAGS, is_deleted: true } : one);
  return {
    list: () => kept.list(),
    find: (id: unknown) => kept.get(String(id)),
    /** The flags of an order with this status; none if the status was removed. */
    flagsOf: (id: number) => kept.get(String(id)) ?? NO_FLAGS,
    add: (one: Omit<Status, 'id'>) => put({ id: String(store.next('status', FIRST_ADDED)), ...one }),
    change: put,
    remove: (id: string) => kept.remove(id),
    /** Adds the statuses of a new account. */
    fill() {
      if (kept.list().length === 0) for (const one of FIRST) kept.put(one.id, one);
    },
  };
}

function status(id: number, title: string, color: string, flags: Flags): Status {
  return { id: String(id), title, color, ...flags };
}
