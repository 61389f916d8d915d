import type { Base } from '../base.ts';
import { refuse } from './answers.ts';
import type { Order, Row } from './order.ts';
import type { Registry } from './registry.ts';
import type { Statuses } from './statuses.ts';

const FIRST_ORDER = 13901393;
const FIRST_NUMBER = 865;
const FIRST_ROW = 8109592;

/** An order before Sello has given it ids and times. */
type Draft = Omit<
  Order,
  'id' | 'number' | 'createdAt' | 'updatedAt' | 'deliveredAt' | 'rows' | 'deliveries' | 'synced'
> & {
  id?: number | undefined;
  number?: number | undefined;
  createdAt?: string | undefined;
  rows: DraftRow[];
};
export type DraftRow = Omit<Row, 'id' | 'createdAt' | 'returned'> & {
  id?: number | undefined;
  createdAt?: string;
  returned?: Row['returned'];
};

/** What is recorded with a change. */
interface Change {
  said: string;
  /** Without webhooks: only a poll finds the change. */
  quiet?: boolean;
  /** Instead of the present time. */
  updatedAt?: string | undefined;
  /** A status was set, even if unchanged: a delivered one tells the marketplace the tracking ids. */
  statusSet?: boolean;
}

/** The account's orders. Each change is written to the order's history and calls the webhooks. */
export type Orders = ReturnType<typeof createOrders>;

interface Parts {
  base: Base;
  registry: Registry;
  statuses: Statuses;
}

export function createOrders({ base, registry, statuses }: Parts) {
  const { store, now } = base;
  const orders = store.collection<Order>('orders');
  const history = createHistory(base);
  const makeRow = (draft: DraftRow): Row => ({
    ...draft,
    id: draft.id ?? store.next('row', FIRST_ROW),
    createdAt: draft.createdAt ?? now().toISOString(),
    returned: draft.returned ?? null,
  });

  const create = (draft: Draft, { said, quiet, updatedAt }: Change): Order => {
    const at = now().toISOString();
    const order: Order = {
      ...draft,
      id: draft.id ?? store.next('order', FIRST_ORDER),
      number: draft.number ?? store.next('number', FIRST_NUMBER),
      createdAt: draft.createdAt ?? at,
      updatedAt: updatedAt ?? draft.createdAt ?? at,
      deliveredAt: statuses.flagsOf(draft.statusId).is_delivered ? at : null,
      rows: draft.rows.map(makeRow),
      deliveries: [],
      synced: [],
    };
    orders.put(String(order.id), order);
    history.add(order.id, said);
    if (!quiet) {
      registry.notify('orderNew', order.id);
      if (statuses.flagsOf(order.statusId).is_paid) registry.notify('orderPaid', order.id);
    }
    return order;
  };

  const save = (changed: Order, { said, quiet, updatedAt, statusSet }: Change): Order => {
    const before = orders.get(String(changed.id));
    const flags = statuses.flagsOf(changed.statusId);
    const at = updatedAt ?? now().toISOString();
    const delivers = statusSet === true && flags.is_delivered;
    const order = orders.put(String(changed.id), {
      ...changed,
      updatedAt: at,
      deliveredAt: delivers ? (changed.deliveredAt ?? at) : changed.deliveredAt,
      synced: delivers ? [...new Set([...changed.synced, ...changed.deliveries.map(({ id }) => id)])] : changed.synced,
    });
    const { id } = order;
    history.add(id, said);
    if (!quiet) {
      if (before && flags.is_paid && !statuses.flagsOf(before.statusId).is_paid) registry.notify('orderPaid', id);
      registry.notify('orderUpdated', id);
      // The vendor's list of events: a new order; "also triggered" if one is updated.
      registry.notify('orderNew', id);
    }
    return order;
  };

  return {
    create,
    save,
    makeRow,
    history,
    list: () => orders.list(),
    find: (id: number | string) => orders.get(String(id)),
    remove(id: number) {
      orders.remove(String(id));
      history.remove(id);
    },
  };
}

const PAGE = 10;

interface Item {
  /** Milliseconds; unique within an order, so that a page's token names one entry. */
  at: number;
  message: string;
}

/** What happened to each order. */
function createHistory({ store, now }: Base) {
  const kept = store.collection<Item[]>('history');
  return {
    add(orderId: number, message: string) {
      const items = kept.get(String(orderId)) ?? [];
      const at = Math.max(now().getTime(), (items.at(-1)?.at ?? 0) + 1);
      kept.put(String(orderId), [...items, { at, message }]);
    },
    remove: (orderId: number) => kept.remove(String(orderId)),
    /** Ten items, newest first, starting at the token of the previous page. */
    page(orderId: number, token: unknown) {
      if (token && !/^\d{1,15}$/.test(String(token))) throw refuse(400, 'Invalid value for next');
      const before = token ? Number(token) : Number.POSITIVE_INFINITY;
      const items = (kept.get(String(orderId)) ?? []).filter(({ at }) => at < before).reverse();
      const shown = items.slice(0, PAGE);
      const last = shown.at(-1);
      return {
        history: shown.map(({ at, message }) => ({ time: utcTime(at), message })),
        ...(last && items.length > PAGE ? { next: String(last.at) } : {}),
      };
    },
  };
}

const utcTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}+00:00`;
