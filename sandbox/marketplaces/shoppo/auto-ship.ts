import { statusOf } from './order.ts';
import type { Orders } from './orders.ts';
import type { Warehouse } from './warehouse.ts';

interface Setting {
  afterMs: number | null;
  courier?: string | undefined;
}

/** Ships paid orders automatically, both waiting and future ones; null stops that. */
export type AutoShip = ReturnType<typeof createAutoShip>;

export function createAutoShip({ orders, warehouse }: { orders: Orders; warehouse: Warehouse }) {
  const timers = new Map<string, NodeJS.Timeout>();
  let setting: Setting = { afterMs: null };
  const waits = (orderId: string): boolean => {
    const order = orders.get(orderId);
    return order !== undefined && ['PAID', 'IN_PROGRESS'].includes(statusOf(order));
  };
  const schedule = (orderId: string): void => {
    const { afterMs, courier } = setting;
    if (afterMs === null || !waits(orderId)) return;
    const ship = (): void => {
      timers.delete(orderId);
      if (waits(orderId)) warehouse.ship(orderId, JSON.stringify(courier ? { courier } : {}));
    };
    clearTimeout(timers.get(orderId));
    timers.set(orderId, setTimeout(ship, afterMs));
  };
  const stop = (): void => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  };
  orders.onPaid(({ id }) => schedule(id));
  return {
    get: () => setting,
    set(changed: Setting) {
      stop();
      setting = changed;
      for (const { id } of orders.list()) schedule(id);
    },
    stop,
  };
}
