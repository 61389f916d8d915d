import { openDialog } from '../kit/dialog.tsx';
import type { Filters } from '../kit/filter.tsx';
import type { Delivery } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { type Columns, linked } from '../kit/table.tsx';
import { Button, State, Time } from '../kit/text.tsx';
import { causeText } from '../kit/words.ts';
import { acts } from './delivery-acts.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

const FILTERS: Filters = {
  state: ['pending', 'leased', 'succeeded', 'dead', 'blocked'],
  connection: 'connection',
  kind: ['fetch', 'push', 'notify'],
  cause: 'text',
  ...{ marketplace: 'link', action: 'link', message: 'link', order: 'link', since: 'link', until: 'link' },
};

export const columns: Columns<Delivery> = [
  linked('Delivery', '/deliveries', ({ id }) => [id]),
  ['State', ({ state }) => <State>{state}</State>],
  ['Action', ({ action }) => action],
  ['Connection', ({ connection }) => connection],
  linked('Order', '/orders', ({ order }) => [order]),
  ['Attempts', ({ attemptCount }) => attemptCount, 'number'],
  ['Next attempt', ({ nextAttemptAt }) => <Time at={nextAttemptAt} />],
  ['Cause', ({ cause }) => causeText(cause), 'wide'],
];

/** Everything that talks to a remote. */
export function Deliveries() {
  const list = useList<Delivery>({ path: '/deliveries', filters: FILTERS, one: '/deliveries' });
  const { query } = list;
  const isFiltered = Object.keys(query).length > 0;
  const replay = () => openDialog(<ReplayDialog filter={query} />);
  useKeys({ r: () => (isFiltered && !document.activeElement?.closest('tr') ? replay() : false) });
  return (
    <ListScreen
      title="Deliveries"
      list={list}
      columns={columns}
      actions={isFiltered && <Button onClick={replay}>Replay…</Button>}
      keys={acts}
      empty="Nothing was to be told to a remote yet. A delivery is made when an order is to be placed, a parcel reported, or something fetched."
    />
  );
}
