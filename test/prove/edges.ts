import { type ConnectionId, MARKET, SHED, SHOP, STORE, SUPPLY } from './settings.ts';

/**
 * The purpose of a call. `sold`, `moved`: webhooks of sales channels and of shippers. Calls of the hub: `place` and
 * `report` change something at the remote, the others only read.
 */
export type Edge = 'sold' | 'moved' | 'place' | 'report' | 'find' | 'read' | 'list' | 'other';

/** What a call concerns: an order by its number in the proof, as the marketplaces' own ids depend on timing. */
export interface Read {
  connection: ConnectionId;
  edge: Edge;
  about: string;
}

export type Names = ReturnType<typeof createNames>;

/** The proof's number for an order, by any of its ids and numbers. */
export function createNames() {
  const abouts = new Map<string, string>();
  return {
    know: (id: string | number, about: string) => void abouts.set(String(id), about),
    of: (id: unknown): string => abouts.get(String(id)) ?? String(id),
  };
}

/** Webhooks end in `/webhooks/<marketplace>/<connection>/<topic>/…`. */
export function readWebhook(names: Names, path: string, body: string): Read {
  const connection = path.split('/')[3] as ConnectionId;
  const { order, shipment_event: event, id, order_id: code } = JSON.parse(body);
  const edge = connection === SHOP || connection === MARKET ? 'sold' : 'moved';
  return { connection, edge, about: names.of(event?.order_id ?? order?.id ?? code ?? id) };
}

type Reader = (request: { method: string; url: URL; body: string; names: Names }) => Omit<Read, 'connection'>;

/** What the hub asks of each marketplace, by the documented paths. */
export const READERS: Record<ConnectionId, Reader> = {
  [SHOP]({ url, names }) {
    const fulfilled = /^\/api\/seller\/orders\/([^/]+)\/fulfill$/.exec(url.pathname)?.[1];
    if (fulfilled) return { edge: 'report', about: names.of(decodeURIComponent(fulfilled)) };
    return { edge: 'list', about: '' };
  },
  [MARKET]({ method, url, names }) {
    const [, id, what = ''] = /^\/v5\/orders(?:\/([^/]+))?(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    if (id === undefined) return url.pathname === '/v5/orders' ? { edge: 'list', about: '' } : other(method, url);
    if (method !== 'GET') return { edge: 'report', about: joined(names.of(id), what) };
    return { edge: what === '' ? 'read' : 'find', about: names.of(id) };
  },
  [STORE]({ method, url, body, names }) {
    if (url.pathname === '/api/order/getall') return { edge: 'list', about: '' };
    const asked = /^\/api\/order\/get\/([^/]+)$/.exec(url.pathname)?.[1];
    if (asked) return { edge: 'find', about: names.of(decodeURIComponent(asked)) };
    if (!url.pathname.startsWith('/api/order/')) return other(method, url);
    const status = url.pathname.endsWith('status') ? 'status' : '';
    return { edge: 'report', about: joined(names.of(JSON.parse(body).OrderNumber), status) };
  },
  [SHED]({ method, url, body, names }) {
    switch (url.pathname) {
      case '/shopi_orders/multicanal_api':
        return { edge: 'place', about: names.of(JSON.parse(body).order.contact_info.num_orden) };
      case '/shopi_orders/get_orders':
        return { edge: 'find', about: names.of(url.searchParams.get('orden')) };
      case '/shipment_events/get_events':
        return { edge: 'read', about: names.of(url.searchParams.get('order_id')) };
      default:
        return other(method, url);
    }
  },
  [SUPPLY]({ method, url, body, names }) {
    const { query = '', variables = {} } = JSON.parse(body);
    const code = variables.partnerOrderCode ?? variables.filters?.partner_order_code;
    if (/\bmutation\b/.test(query))
      return { edge: 'place', about: names.of(code ?? variables.orderId ?? variables.orderItemId) };
    if (code !== undefined) return { edge: 'find', about: names.of(code) };
    return /\borderList\b/.test(query) ? { edge: 'list', about: '' } : other(method, url);
  },
};

const other = (method: string, { pathname }: URL) => ({ edge: 'other' as const, about: `${method} ${pathname}` });

/** A follow-up of an order meets its own faults. */
const joined = (about: string, what: string): string => (what === '' ? about : `${about} ${what}`);
