import { useState } from 'preact/hooks';
import { Choice, ConnectionChoice, filterOf, OtherFilters } from '../kit/filter.tsx';
import type { Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { place, setQuery } from '../kit/place.ts';
import { type Column, linked } from '../kit/table.tsx';
import { Button, State } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { causeText } from '../kit/words.ts';
import { useActs } from './delivery-acts.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

type Delivery = Shape<'Delivery'>;

const OTHERS = ['marketplace', 'action', 'message', 'order', 'since', 'until'];

export const columns: ReadonlyArray<Column<Delivery>> = [
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
  const filter = filterOf(['state', 'connection', 'kind', 'cause', ...OTHERS]);
  const [replaying, setReplaying] = useState<Record<string, string>>();
  const list = useList<Delivery>({ path: '/deliveries', query: filter, hasOne: true });
  const { keys, dialog } = useActs(list.refresh);
  const isFiltered = Object.keys(filter).length > 0;
  useKeys({ r: () => (isFiltered && !document.activeElement?.closest('tr') ? setReplaying(filter) : false) });
  return (
    <ListScreen
      title="Deliveries"
      list={list}
      columns={columns}
      choices={
        <>
          <Choice label="State" name="state" values={['pending', 'leased', 'succeeded', 'dead', 'blocked']} />
          <ConnectionChoice />
          <Choice label="Kind" name="kind" values={['fetch', 'push', 'notify']} />
          <Cause />
          <OtherFilters names={OTHERS} />
        </>
      }
      actions={isFiltered && <Button onClick={() => setReplaying(filter)}>Replay…</Button>}
      keys={keys}
      empty="Nothing was to be told to a remote yet. A delivery is made when an order is to be placed, a parcel reported, or something fetched."
    >
      {replaying && <ReplayDialog filter={replaying} onClose={() => setReplaying(undefined)} />}
      {dialog}
    </ListScreen>
  );
}

function Cause() {
  const value = place.value.query.get('cause') ?? '';
  return (
    <label class="choice">
      <span>Cause</span>
      <input
        key={value}
        defaultValue={value}
        placeholder="http_422"
        spellcheck={false}
        onChange={({ currentTarget }) => setQuery({ cause: currentTarget.value.trim() })}
      />
    </label>
  );
}
