import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { Choice, filterOf, useConnections } from '../kit/filter.tsx';
import { ask, may, type Shape } from '../kit/hub.ts';
import { List, useList } from '../kit/list.tsx';
import { useLive } from '../kit/live.ts';
import { place, segment, setQuery } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';
import type { Column } from '../kit/table.tsx';
import { LinkTo, Outside, State, Time } from '../kit/text.tsx';

type Order = Shape<'OrderSummary'>;
type Delivery = Shape<'Delivery'>;

const FILTERS = ['status', 'connection', 'late'];
const idOf = ({ id }: Order): string => id;
const isOpen = ({ status }: Order): boolean => status === 'open' || status === 'partial';

/** What must leave first comes first; the rest as the hub has it, newest first. */
const byShipBy = (orders: Order[]): Order[] => {
  const rank = (order: Order) => (isOpen(order) && order.shipBy ? order.shipBy : '~');
  return [...orders].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
};

/** Where an order is, as far as a list tells. */
function whereOf(order: Order): string {
  const { status, fulfillments, placements, deliveries } = order;
  const last = fulfillments.at(-1);
  const parcel = last && `${last.carrier.toUpperCase()} ${last.trackingNumber}`;
  if (status === 'cancelled') return 'Cancelled';
  if (status === 'fulfilled') return parcel ? `Shipped: ${parcel}` : 'Shipped';
  if (status === 'partial') return parcel ? `Partly shipped: ${parcel}` : 'Partly shipped';
  if (order.unreleased) return order.unreleased;
  const placed = placements.filter(({ state }) => state === 'placed');
  if (placed.length > 0) return `Placed with ${placed.map(({ connection }) => connection).join(', ')}`;
  return deliveries.length === 0 ? 'To be shipped by the seller' : 'With its shipper, or on the way there';
}

const columns = (stopped: ReadonlyMap<string, Delivery>): readonly Column<Order>[] => [
  {
    title: 'Order',
    cell: ({ id, number }) => (
      <LinkTo list="/orders" id={id}>
        <Outside>{number}</Outside>
      </LinkTo>
    ),
  },
  { title: 'Connection', cell: ({ connection }) => <Outside>{connection}</Outside>, kind: 'minor' },
  { title: 'Status', cell: ({ status }) => <State>{status}</State> },
  { title: 'Placed', cell: ({ placedAt }) => <Time at={placedAt} /> },
  {
    title: 'Leaves by',
    cell: (order) => (
      <>
        <Time at={order.shipBy} /> {order.late && <State as="late">overdue</State>}
      </>
    ),
  },
  { title: 'Where it is', cell: (order) => <WhereItIs order={order} stopped={stopped.get(order.id)} />, kind: 'wide' },
];

function WhereItIs({ order, stopped }: { order: Order; stopped: Delivery | undefined }) {
  if (!stopped) return <Outside>{whereOf(order)}</Outside>;
  return (
    <>
      <State>{stopped.state}</State> <Outside>{stopped.cause?.description}</Outside>
    </>
  );
}

/** Deliveries that wait for a person, by their orders: a list of orders does not tell of them. */
function useStopped(): ReadonlyMap<string, Delivery> {
  const read = (state: string) =>
    ask<{ deliveries: Delivery[] }>('get', '/deliveries', { query: { state, kind: 'push', limit: 200 } });
  const { value } = useLive(
    may('ops') ? 'stopped' : null,
    async () => (await Promise.all([read('dead'), read('blocked')])).flatMap(({ deliveries }) => deliveries),
    { everyMs: 10_000 },
  );
  return new Map(value?.flatMap((delivery) => (delivery.order === null ? [] : [[delivery.order, delivery]])));
}

/** All orders, the most pressing of a page first. */
export function Orders() {
  const filter = filterOf(FILTERS);
  const connections = useConnections();
  const stopped = useStopped();
  const list = useList<Order>({
    ...{ path: '/orders', plural: 'orders', query: filter, idOf, sort: byShipBy },
    readOne: (id) => ask('get', `/orders/${segment(id)}`),
  });
  const { query } = place.value;
  return (
    <Screen title="Orders" busy={!list.isRead && !list.error}>
      <div class="filters">
        <Choice label="Status" name="status" values={['open', 'partial', 'fulfilled', 'cancelled']} />
        <Choice label="Connection" name="connection" values={connections} />
        <label class="check">
          <input
            type="checkbox"
            checked={query.get('late') === 'true'}
            onChange={({ currentTarget }) => setQuery({ late: currentTarget.checked ? 'true' : '' })}
          />
          Late
        </label>
      </div>
      <List
        name="Orders"
        list={list}
        columns={columns(stopped)}
        filters={Object.keys(filter)}
        empty="No order has come yet. Orders come by the webhooks and polls of your connections."
      />
      <AsCommand
        lines={[
          longshore('orders list', {
            status: filter.status,
            connection: filter.connection,
            late: filter.late === 'true',
          }),
          curl('GET', '/orders', { query: filter }),
        ]}
      />
    </Screen>
  );
}
