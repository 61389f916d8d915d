import type { Filters } from '../kit/filter.tsx';
import { ask, type Delivery, may, type Shape, useLive } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { Problem } from '../kit/screen.tsx';
import { type Columns, linked } from '../kit/table.tsx';
import { Outside, State, show, Time } from '../kit/text.tsx';

type Order = Shape<'OrderSummary'>;

const FILTERS: Filters = {
  status: ['open', 'partial', 'fulfilled', 'cancelled'],
  connection: 'connection',
  late: 'check',
};

/** Orders that must leave first come first; the rest in the hub's order, newest first. */
const byShipBy = (orders: Order[]): Order[] => {
  const isOpen = ({ status }: Order) => status === 'open' || status === 'partial';
  const rank = (order: Order) => (isOpen(order) && order.shipBy ? order.shipBy : '~');
  return [...orders].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
};

/** Where an order is, as far as a list tells. */
function whereOf({ status, fulfillments, placements, unreleased }: Order): string {
  const last = fulfillments.at(-1);
  const parcel = last ? `: ${last.carrier.toUpperCase()} ${last.trackingNumber}` : '';
  if (status === 'cancelled') return 'Cancelled';
  if (status === 'fulfilled') return `Shipped${parcel}`;
  if (status === 'partial') return `Partly shipped${parcel}`;
  if (unreleased) return unreleased;
  const placed = placements.filter(({ state }) => state === 'placed').map(({ connection }) => connection);
  if (placed.length > 0) return `Placed with ${placed.join(', ')}`;
  const isOnTheWay = placements.some(({ state }) => state === 'pending');
  return isOnTheWay ? 'With its shipper, or on the way there' : 'To be shipped by the seller';
}

const columnsWith = (stopped: ReadonlyMap<string | null, Delivery>): Columns<Order> => [
  linked('Order', '/orders', ({ id, number }) => [id, number]),
  ['Connection', ({ connection }) => connection],
  ['Status', ({ status }) => <State>{status}</State>],
  ['Placed', ({ placedAt }) => <Time at={placedAt} />],
  ['Leaves by', (order) => <LeavesBy {...order} />],
  ['Where it is', (order) => <WhereItIs order={order} stopped={stopped.get(order.id)} />, 'wide'],
];

export function WhereItIs({ order, stopped }: { order: Order; stopped?: Delivery | undefined }) {
  const placement = order.placements.find(({ state }) => state === 'dead' || state === 'blocked');
  const { state } = stopped ?? placement ?? {};
  if (!state) return <>{show(whereOf(order))}</>;
  return (
    <>
      <State>{state}</State>{' '}
      <Outside>{stopped?.cause?.description ?? `placing it with ${placement?.connection}`}</Outside>
    </>
  );
}

export const LeavesBy = ({ shipBy, late }: Pick<Order, 'shipBy' | 'late'>) => (
  <>
    <Time at={shipBy} /> {late && <State as="late">overdue</State>}
  </>
);

/** Deliveries that wait for a person: a list of orders does not say why its deliveries wait. */
const readStopped = (): Promise<Delivery[]> => {
  const read = (state: string) =>
    ask<{ deliveries: Delivery[] }>('get', '/deliveries', { query: { state, kind: 'push', limit: 200 } });
  return Promise.all(['dead', 'blocked'].map(read)).then((pages) => pages.flatMap(({ deliveries }) => deliveries));
};

/** All orders, the most urgent of each page first: the hub itself cannot sort by that. */
export function Orders() {
  const stopped = useLive(may('ops') ? 'stopped' : null, readStopped);
  return (
    <ListScreen
      name="Orders"
      list={useList<Order>({ path: '/orders', filters: FILTERS, one: '/orders', sort: byShipBy })}
      columns={columnsWith(new Map(stopped.value?.map((each) => [each.order, each])))}
      above={<Problem of={stopped} />}
      order="The newest come first; among each 50, those that must leave soonest."
      empty="No order has come yet. Orders come by the webhooks and polls of your connections."
    />
  );
}
