import { Choice, ConnectionChoice, filterOf } from '../kit/filter.tsx';
import type { Shape } from '../kit/hub.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { type Column, linked } from '../kit/table.tsx';
import { State } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { causeText } from '../kit/words.ts';

type Event = Shape<'InboundEvent'>;

const columns: ReadonlyArray<Column<Event>> = [
  linked('Received', '/events', ({ id, receivedAt }) => [id, <Time key={id} at={receivedAt} seconds />]),
  ['Connection', ({ connection }) => connection],
  ['Topic', ({ topic }) => topic],
  ['By', ({ receivedBy }) => receivedBy],
  ['State', ({ state }) => <State>{state}</State>],
  linked('Order', '/orders', ({ order }) => [order]),
  ['Why', ({ error, note }) => causeText(error) ?? note, 'wide'],
];

/** What arrived, and what became of it. */
export function Events() {
  return (
    <ListScreen
      title="Events"
      list={useList<Event>({ path: '/events', query: filterOf(['state', 'connection']), hasOne: true })}
      columns={columns}
      choices={
        <>
          <Choice label="State" name="state" values={['applied', 'duplicate', 'unreadable']} />
          <ConnectionChoice />
        </>
      }
      empty="Nothing has arrived yet. Events come by the webhooks and polls of your connections."
    />
  );
}
