import type { Filters } from '../kit/filter.tsx';
import type { Shape } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { type Columns, linked } from '../kit/table.tsx';
import { State, Time } from '../kit/text.tsx';
import { causeText } from '../kit/words.ts';

type Event = Shape<'InboundEvent'>;

const FILTERS: Filters = { state: ['applied', 'duplicate', 'unreadable'], connection: 'connection' };

const columns: Columns<Event> = [
  linked('Received', '/events', ({ id, receivedAt }) => [id, <Time key={id} at={receivedAt} seconds />]),
  ['Connection', ({ connection }) => connection],
  ['Topic', ({ topic }) => topic],
  ['By', ({ receivedBy }) => receivedBy],
  ['State', ({ state }) => <State>{state}</State>],
  linked('Order', '/orders', ({ order }) => [order]),
  ['Why', ({ error, note }) => causeText(error) ?? note, 'wide'],
];

/** What arrived, and what became of it. */
export const Events = () => (
  <ListScreen
    title="Events"
    list={useList<Event>({ path: '/events', filters: FILTERS, one: '/events' })}
    columns={columns}
    empty="Nothing has arrived yet. Events come by the webhooks and polls of your connections."
  />
);
