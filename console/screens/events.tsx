import { curl, longshore } from '../kit/command.tsx';
import { Choice, ConnectionChoice, filterOf } from '../kit/filter.tsx';
import type { Shape } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import type { Column } from '../kit/table.tsx';
import { LinkTo, State } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { causeText } from '../kit/words.ts';

type Event = Shape<'InboundEvent'>;

const columns: ReadonlyArray<Column<Event>> = [
  [
    'Received',
    ({ id, receivedAt }) => (
      <LinkTo list="/events" id={id}>
        <Time at={receivedAt} seconds />
      </LinkTo>
    ),
  ],
  ['Connection', ({ connection }) => connection],
  ['Topic', ({ topic }) => topic],
  ['By', ({ receivedBy }) => receivedBy],
  ['State', ({ state }) => <State>{state}</State>],
  ['Order', ({ order }) => <LinkTo list="/orders" id={order} />],
  ['Why', ({ error, note }) => causeText(error) ?? note, 'wide'],
];

/** What arrived, and what became of it. */
export function Events() {
  const filter = filterOf(['state', 'connection']);
  return (
    <ListScreen
      title="Events"
      list={useList<Event>({ path: '/events', query: filter, hasOne: true })}
      columns={columns}
      filter={filter}
      choices={
        <>
          <Choice label="State" name="state" values={['applied', 'duplicate', 'unreadable']} />
          <ConnectionChoice />
        </>
      }
      empty="Nothing has arrived yet. Events come by the webhooks and polls of your connections."
      commands={[longshore('events list', filter), curl('GET', '/events', { query: filter })]}
    />
  );
}
