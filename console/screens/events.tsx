import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { Choice, filterOf, useConnections } from '../kit/filter.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { List, useList } from '../kit/list.tsx';
import { segment } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';
import type { Column } from '../kit/table.tsx';
import { LinkTo, Outside, State, Time } from '../kit/text.tsx';

type Event = Shape<'InboundEvent'>;

const FILTERS = ['state', 'connection'];
const idOf = ({ id }: Event): string => id;

const columns: readonly Column<Event>[] = [
  {
    title: 'Received',
    cell: ({ id, receivedAt }) => (
      <LinkTo list="/events" id={id}>
        <Time at={receivedAt} seconds />
      </LinkTo>
    ),
  },
  { title: 'Connection', cell: ({ connection }) => <Outside>{connection}</Outside> },
  { title: 'Topic', cell: ({ topic }) => <Outside>{topic}</Outside>, kind: 'minor' },
  { title: 'By', cell: ({ receivedBy }) => receivedBy, kind: 'minor' },
  { title: 'State', cell: ({ state }) => <State>{state}</State> },
  {
    title: 'Order',
    cell: ({ order }) => <LinkTo list="/orders" id={order} />,
    kind: 'minor',
  },
  {
    title: 'Why',
    cell: ({ error, note }) =>
      (error ?? note) && <Outside>{error ? `${error.code}: ${error.description}` : note}</Outside>,
    kind: 'wide',
  },
];

/** What arrived, and what became of it. */
export function Events() {
  const filter = filterOf(FILTERS);
  const connections = useConnections();
  const list = useList<Event>({
    ...{ path: '/events', plural: 'events', query: filter, idOf },
    readOne: (id) => ask('get', `/events/${segment(id)}`),
  });
  return (
    <Screen title="Events" busy={!list.isRead && !list.error}>
      <div class="filters">
        <Choice label="State" name="state" values={['applied', 'duplicate', 'unreadable']} />
        <Choice label="Connection" name="connection" values={connections} />
      </div>
      <List
        name="Events"
        list={list}
        columns={columns}
        filters={Object.keys(filter)}
        empty="Nothing has arrived yet. Events come by the webhooks and polls of your connections."
      />
      <AsCommand lines={[longshore('events list', filter), curl('GET', '/events', { query: filter })]} />
    </Screen>
  );
}
