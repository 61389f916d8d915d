import type { Base } from '../base.ts';
import { controlRefusal } from '../refusal.ts';
import { type EventStatus, localTime, type Order, type ShipmentEvent } from './order.ts';
import type { Placement } from './placement.ts';
import type { Registry } from './registry.ts';
import type { Stock } from './stock.ts';

/** One shipment event to report. */
interface Report {
  status: EventStatus;
  carrier?: string | undefined;
  trackingNumber?: string | undefined;
  description?: string | undefined;
  notify?: boolean | undefined;
}

/** What the people and the robots in the warehouse do. */
export type Warehouse = ReturnType<typeof createWarehouse>;

interface Parts {
  base: Base;
  registry: Registry;
  stock: Stock;
}

const FIRST_ORDER = 5021;
const FIRST_EVENT = 77;
const FIRST_TRACKING = 146000055;

export function createWarehouse({ base, registry, stock }: Parts) {
  const { store, emit, now, dialects } = base;
  const orders = store.collection<Order>('orders');
  const timers = new Map<number, NodeJS.Timeout>();
  let autoShip: number | null = null;

  const find = (orderId: string): Order => {
    const matches = ({ id, num_orden, orden_id }: Order): boolean =>
      [String(id), num_orden, orden_id].includes(orderId);
    const order = orders.get(orderId) ?? orders.list().find(matches);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${orderId}`);
    return order;
  };

  const report = (orderId: string, { status, carrier, trackingNumber, description, notify = true }: Report) => {
    const order = find(orderId);
    const shipped = status === 'shipped';
    const carrierName = carrier ?? (shipped ? carrierOf(order) : null);
    const tracking = trackingNumber ?? (shipped ? nextTracking(store.next('tracking', FIRST_TRACKING)) : null);
    const event: ShipmentEvent = {
      id: store.next('shipment-event', FIRST_EVENT),
      order_id: order.id,
      status,
      description: description ?? `Pedido ${order.num_orden}: ${status}`,
      carrier_name: carrierName ?? lastOf(order, 'carrier_name'),
      tracking_number: tracking ?? lastOf(order, 'tracking_number'),
      created_at: localTime(now()),
    };
    const updated = orders.put(String(order.id), {
      ...order,
      status,
      carrier_name: carrierName ?? order.carrier_name,
      tracking_number: event.tracking_number,
      shipment_events: [...order.shipment_events, event],
    });
    if (notify) {
      registry.notify('shipment_event/created', { shipment_event: dialects.speak(order.id, event) });
      registry.notify('order/updated', { order: dialects.speak(order.id, updated) });
    }
    return event;
  };

  const scheduleShipping = (order: Order): void => {
    if (autoShip === null || order.status !== 'created') return;
    const ship = (): void => {
      timers.delete(order.id);
      const current = orders.get(String(order.id));
      if (current?.status === 'created') report(String(order.id), { status: 'shipped' });
    };
    clearTimeout(timers.get(order.id));
    timers.set(order.id, setTimeout(ship, autoShip));
  };

  return {
    find,
    /** Reports an event of an order, which is found by its id, `num_orden` or `orden_id`. */
    report,
    orders: () => orders.list(),
    autoShip: () => autoShip,
    accept({ contactInfo, items }: Placement) {
      const order: Order = {
        id: store.next('order', FIRST_ORDER),
        num_orden: String(contactInfo.num_orden),
        orden_id: String(contactInfo.orden_id),
        canal: String(contactInfo.canal),
        status: 'created',
        carrier_name: String(contactInfo.carrier_name),
        tracking_number: null,
        created_at: localTime(now()),
        contact_info: contactInfo,
        items,
        shipment_events: [],
      };
      orders.put(String(order.id), order);
      for (const { sku, cantidad } of items) stock.take(sku, cantidad);
      emit({ type: 'order.received', orderId: order.id, number: order.num_orden });
      registry.notify('order/created', { order: dialects.speak(order.id, order) });
      scheduleShipping(order);
      return order;
    },
    /** Ships automatically what is waiting and what is placed from now on; null stops that. */
    setAutoShip(afterMs: number | null) {
      autoShip = afterMs;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      for (const order of orders.list()) scheduleShipping(order);
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** "Marketful" leaves the choice to the warehouse, which takes DHL. */
const carrierOf = ({ carrier_name: name }: Order): string => (name === 'Marketful' ? 'DHL' : name);

const nextTracking = (number: number): string => `JD${String(number).padStart(10, '0')}`;

function lastOf({ shipment_events: events }: Order, field: 'carrier_name' | 'tracking_number'): string | null {
  return events.findLast((event) => event[field] !== null)?.[field] ?? null;
}
