import { randomUUID } from 'node:crypto';
import type { Base } from '../base.ts';
import { netOf } from '../catalog.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { zonedTime } from '../zoned-time.ts';
import { type Address, type Line, type Order, toScopio, ZONE } from './order.ts';
import { productFor, sampleOrder, toLine } from './sample.ts';
import { ChangeOrder, type Item, PlaceOrder } from './schema.ts';
import { toUcp } from './ucp.ts';

/** What buyers and the marketplace itself do, as opposed to what the seller does by the API. */
export type Shop = ReturnType<typeof createShop>;

interface Parts {
  base: Base;
  webhooks: WebhookSender;
  seller: string;
  seed: number;
  targets: () => readonly string[];
}

export function createShop({ base, webhooks, seller, seed, targets }: Parts) {
  const { store, now, dialects } = base;
  const orders = store.collection<Order>('orders');

  const show = (order: Order): Record<string, unknown> =>
    dialects.speak(order.id, order.ucp ? toUcp(order, seller, 'https://scopio.example') : toScopio(order, seller));

  const notify = (order: Order): void => {
    if (!order.lines.some((line) => line.seller === seller)) return;
    const createdAt = zonedTime(now(), ZONE);
    const body = {
      id: `evt_${randomUUID().slice(0, 12)}`,
      type: 'order.paid',
      created_at: createdAt,
      order: show(order),
    };
    for (const url of targets()) webhooks.send({ topic: 'order.paid', url, body });
  };

  const placeOne = (input: ReturnType<typeof PlaceOrder.parse>): Order => {
    const nth = store.next('orders');
    const sample = sampleOrder(input.seed ?? seed, nth, input.address?.address_country);
    const id = input.id ?? sample.id;
    if (orders.get(id)) throw controlRefusal(409, 'order_exists', `there is an order ${id} already`);
    const owner = input.seller ?? seller;
    const at = now();
    const order: Order = {
      id,
      number: input.number ?? `SC-${1000 + nth}`,
      createdAt: new Date(at.getTime() - 180_000).toISOString(),
      paidAt: input.paid ? at.toISOString() : null,
      cancelledAt: null,
      fulfilledAt: null,
      currency: input.currency,
      address: override(sample.address, input.address),
      carrier: input.carrier ?? 'dhl',
      lines: input.items
        ? linesOf(input.items, owner)
        : sample.lines.map((line, index) => toLine(line, `li_${index + 1}`, owner)),
      shipping: input.shipping
        ? { net: minorOf(input.shipping.net_price), gross: minorOf(input.shipping.gross_price) }
        : { net: netOf(2000), gross: 2000 },
      ucp: input.ucp,
    };
    orders.put(id, order);
    if (order.paidAt && input.notify) notify(order);
    return order;
  };

  const get = (id: string): Order => {
    const order = orders.get(id);
    if (!order) throw controlRefusal(404, 'not_found', `no order ${id}`);
    return order;
  };

  return {
    get,
    /** The order as the seller sees it. */
    show,
    notify,
    /** Places orders from a `POST /_sandbox/orders` body. */
    place(input?: unknown) {
      const { id, number, count, ...rest } = readControl(PlaceOrder, input ?? {});
      if (count > 1 && (id || number))
        throw controlRefusal(400, 'invalid_request', 'id and number are for one order: leave them out with a count');
      const one = { ...rest, ...(id ? { id } : {}), ...(number ? { number } : {}), count: 1 };
      return Array.from({ length: count }, () => placeOne(one));
    },
    change(id: string, input: unknown) {
      const order = get(id);
      const { items, address, carrier } = readControl(ChangeOrder, input);
      return orders.put(id, {
        ...order,
        address: override(order.address, address),
        carrier: carrier ?? order.carrier,
        lines: items ? linesOf(items, seller) : order.lines,
      });
    },
    pay(id: string) {
      const order = get(id);
      if (order.paidAt) return order;
      const paid = orders.put(id, { ...order, paidAt: now().toISOString() });
      notify(paid);
      return paid;
    },
    cancel(id: string) {
      const order = orders.put(id, { ...get(id), cancelledAt: now().toISOString() });
      return order;
    },
  };
}

const linesOf = (items: readonly Item[], seller: string): Line[] =>
  items.map((item, index) => {
    const product = productFor(item.sku);
    const line = toLine({ product, quantity: item.quantity }, `li_${index + 1}`, item.seller ?? seller);
    const gross = item.gross_price ? minorOf(item.gross_price) : line.gross;
    const net = item.net_price ? minorOf(item.net_price) : item.gross_price ? netOf(gross) : line.net;
    return { ...line, gross, net, title: item.title ?? line.title, ean: item.ean ?? line.ean };
  });

function override(address: Address, changes: ChangeOrder['address'] = {}): Address {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return { ...address, ...given };
}

function minorOf(price: string): number {
  const [whole = '0', fraction = ''] = price.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}
