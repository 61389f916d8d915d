import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { Choice, filterOf, OtherFilters, useConnections } from '../kit/filter.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { List, useList } from '../kit/list.tsx';
import { place, segment, setQuery } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';
import type { Column } from '../kit/table.tsx';
import { LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { isClosable, ReplayDialog } from './replay-dialog.tsx';

type Delivery = Shape<'Delivery'>;

const FILTERS = ['state', 'connection', 'kind', 'cause', 'marketplace', 'action', 'message', 'order', 'since', 'until'];
const OTHERS = FILTERS.slice(4);
const idOf = ({ id }: Delivery): string => id;

export const columns: readonly Column<Delivery>[] = [
  {
    title: 'Delivery',
    cell: ({ id }) => <LinkTo list="/deliveries" id={id} />,
  },
  { title: 'State', cell: ({ state }) => <State>{state}</State> },
  { title: 'Action', cell: ({ action }) => action },
  { title: 'Connection', cell: ({ connection }) => <Outside>{connection}</Outside>, kind: 'minor' },
  {
    title: 'Order',
    cell: ({ order }) => <LinkTo list="/orders" id={order} />,
    kind: 'minor',
  },
  { title: 'Attempts', cell: ({ attemptCount }) => attemptCount, kind: 'number' },
  { title: 'Next attempt', cell: ({ nextAttemptAt }) => <Time at={nextAttemptAt} />, kind: 'minor' },
  {
    title: 'Cause',
    cell: ({ cause }) => cause && <Outside>{`${cause.code}: ${cause.description}`}</Outside>,
    kind: 'wide',
  },
];

/** Everything that talks to a remote. */
export function Deliveries() {
  const filter = filterOf(FILTERS);
  const connections = useConnections();
  const [replaying, setReplaying] = useState<{ filter: Record<string, string> } | { delivery: Delivery }>();
  const [closing, setClosing] = useState<Delivery>();
  const list = useList<Delivery>({
    ...{ path: '/deliveries', plural: 'deliveries', query: filter, idOf },
    readOne: (id) => ask('get', `/deliveries/${segment(id)}`),
  });
  const isFiltered = Object.keys(filter).length > 0;
  useKeys({ r: () => (isFiltered && !document.activeElement?.closest('tr') ? setReplaying({ filter }) : false) });
  return (
    <Screen
      title="Deliveries"
      busy={!list.isRead && !list.error}
      actions={
        isFiltered && (
          <button type="button" onClick={() => setReplaying({ filter })}>
            Replay…
          </button>
        )
      }
    >
      <div class="filters">
        <Choice label="State" name="state" values={['pending', 'leased', 'succeeded', 'dead', 'blocked']} />
        <Choice label="Connection" name="connection" values={connections} />
        <Choice label="Kind" name="kind" values={['fetch', 'push', 'notify']} />
        <Cause />
        <OtherFilters names={OTHERS} />
      </div>
      <List
        name="Deliveries"
        list={list}
        columns={columns}
        keys={{
          r: (delivery) => setReplaying({ delivery }),
          c: (delivery) => isClosable(delivery) && setClosing(delivery),
        }}
        filters={Object.keys(filter)}
        empty="Nothing was to be told to a remote yet. A delivery is made when an order is to be placed, a parcel reported, or something fetched."
      />
      <AsCommand lines={[longshore('deliveries list', filter), curl('GET', '/deliveries', { query: filter })]} />
      {replaying && <ReplayDialog {...replaying} onClose={() => setReplaying(undefined)} />}
      {closing && (
        <CloseDialog delivery={closing} onClose={() => setClosing(undefined)} onClosed={() => void list.refresh()} />
      )}
    </Screen>
  );
}

function Cause() {
  const value = place.value.query.get('cause') ?? '';
  return (
    <label class="choice">
      <span>Cause</span>
      <input
        key={value}
        type="text"
        defaultValue={value}
        placeholder="http_422"
        spellcheck={false}
        onChange={({ currentTarget }) => setQuery({ cause: currentTarget.value.trim() })}
        onKeyDown={({ key, currentTarget }) => key === 'Enter' && setQuery({ cause: currentTarget.value.trim() })}
      />
    </label>
  );
}
