import type { Edge } from './faults.ts';

interface Read {
  edge: Edge;
  about: string;
}

/** Which order a call is about, by its number in the proof: the ids that marketplaces give depend on timing. */
export interface Names {
  sold(order: { id: string; number: string }, index: number): void;
  /** The shed took an order and gave it an id of its own. */
  placed(number: string, remoteId: number): void;
  ofOrder(id: string): string;
  ofNumber(number: string): string;
  ofWebhook(method: string, path: string, body: string): Read;
  ofRequest(method: string, path: string, body: string): Read;
}

export function createNames(): Names {
  const byId = new Map<string, string>();
  const byNumber = new Map<string, string>();
  const byRemoteId = new Map<string, string>();
  const ofOrder = (id: string) => byId.get(id) ?? id;
  const ofNumber = (number: string) => byNumber.get(number) ?? number;
  const ofRemote = (id: unknown) => byRemoteId.get(String(id)) ?? String(id);
  return {
    sold({ id, number }, index) {
      byId.set(id, String(index));
      byNumber.set(number, String(index));
    },
    placed: (number, remoteId) => void byRemoteId.set(String(remoteId), ofNumber(number)),
    ofOrder,
    ofNumber,
    ofWebhook(_method, path, body) {
      const { order, shipment_event: event } = JSON.parse(body);
      if (path.includes('/scopio/')) return { edge: 'sold', about: ofOrder(order.id) };
      return { edge: 'moved', about: ofRemote(order?.id ?? event?.order_id) };
    },
    ofRequest(method, path, body) {
      const url = new URL(path, 'http://wire');
      const fulfilled = /^\/api\/seller\/orders\/([^/]+)\/fulfill$/.exec(url.pathname)?.[1];
      if (fulfilled) return { edge: 'report', about: ofOrder(decodeURIComponent(fulfilled)) };
      if (url.pathname === '/api/seller/orders') return { edge: 'list', about: '' };
      if (url.pathname === '/shopi_orders/multicanal_api')
        return { edge: 'place', about: ofNumber(JSON.parse(body).order.contact_info.num_orden) };
      if (url.pathname === '/shopi_orders/get_orders')
        return { edge: 'find', about: ofNumber(url.searchParams.get('orden') ?? '') };
      if (url.pathname === '/shipment_events/get_events')
        return { edge: 'read', about: ofRemote(url.searchParams.get('order_id')) };
      return { edge: 'other', about: `${method} ${url.pathname}` };
    },
  };
}
