import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command-line.ts';
import { ActDialog, openDialog } from '../kit/dialog.tsx';
import type { Filters } from '../kit/filter.tsx';
import { Field } from '../kit/form.tsx';
import { isMissing, type Shape, type Delivery as Told, useAnswer } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { ListScreen, useList } from '../kit/list.tsx';
import { hrefOf, pathOf } from '../kit/place.ts';
import { Facts, OneScreen, Problem, Region, Skeleton } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Button, By, Cure, Id, LinkTo, Outside, State, show, Time } from '../kit/text.tsx';
import { attemptWords, causeText, duration } from '../kit/words.ts';
import { LeavesBy } from './orders.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { SideBySide } from './side-by-side.tsx';

const FILTERS: Filters = {
  state: ['pending', 'leased', 'succeeded', 'dead', 'blocked'],
  connection: 'connection',
  kind: ['fetch', 'push', 'notify'],
  cause: 'text',
  ...{ marketplace: 'link', action: 'link', message: 'link', order: 'link', since: 'link', until: 'link' },
};

export const columns: Columns<Told> = [
  linked('Delivery', '/deliveries', ({ id }) => [id]),
  ['State', ({ state }) => <State>{state}</State>],
  ['Action', ({ action }) => action],
  ['Connection', ({ connection }) => connection],
  linked('Order', '/orders', ({ order }) => [order]),
  ['Attempts', ({ attemptCount }) => attemptCount, 'number'],
  ['Next attempt', ({ nextAttemptAt }) => <Time at={nextAttemptAt} />],
  ['Cause', ({ cause }) => causeText(cause), 'wide'],
];

export function Deliveries() {
  const list = useList<Told>({ path: '/deliveries', filters: FILTERS, one: '/deliveries' });
  const { query } = list;
  const isFiltered = Object.keys(query).length > 0;
  const replay = () => openDialog(<ReplayDialog filter={query} />);
  useKeys({ r: () => (isFiltered && !document.activeElement?.closest('tr') ? replay() : false) });
  return (
    <ListScreen
      name="Deliveries"
      list={list}
      columns={columns}
      actions={isFiltered && <Button says="Replay…" onClick={replay} />}
      keys={acts}
      empty="Nothing was to be told to a remote yet. A delivery is made when an order is to be placed, a parcel reported, or something fetched."
    />
  );
}

const attempts: Columns<Shape<'Attempt'>> = [
  ['Attempt', ({ number }) => number, 'number'],
  ['Started', ({ startedAt }) => <Time at={startedAt} seconds />],
  ['Took', ({ startedAt, endedAt }) => duration(Date.parse(endedAt) - Date.parse(startedAt)), 'number'],
  ['Outcome', ({ outcome }) => <State>{outcome}</State>],
  ['HTTP', ({ httpStatus }) => httpStatus ?? '–', 'number'],
  ['Words', attemptWords, 'wide whole'],
  ['Next', ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds />],
];

export function Delivery({ id }: { id: string }) {
  const live = useAnswer('/deliveries/{id}', { id });
  useKeys({ r: () => acts.r(live.value), c: () => acts.c(live.value) });
  return (
    <OneScreen title="Delivery" of={live} actions={(delivery) => <ActButtons of={delivery} />}>
      {(delivery) => (
        <>
          <p class="lead" role="status">
            <State>{delivery.state}</State> {delivery.cause && <Outside>{causeText(delivery.cause)}</Outside>}
          </p>
          {isClosable(delivery) && <Cure of={delivery} />}
          <Facts of={factsOf(delivery)} />
          <Region title="Attempts">
            {delivery.attempts.length === 0 && (
              <p class="muted">None{delivery.state === 'pending' && ' yet: the first runs when it is due'}.</p>
            )}
            <Table name="Attempts" columns={attempts} rows={delivery.attempts} isMain />
          </Region>
          {delivery.kind === 'push' && delivery.order !== null && <Beside delivery={delivery} order={delivery.order} />}
        </>
      )}
    </OneScreen>
  );
}

function Beside({ delivery, order }: { delivery: Told; order: string }) {
  const live = useAnswer('/orders/{id}', { id: order, everyMs: 30_000 });
  if (live.value) return <SideBySide order={live.value} deliveries={[delivery]} />;
  if (!live.error) return <Skeleton lines={12} />;
  return isMissing(live.error) ? null : <Problem of={live} />;
}

function factsOf(delivery: Told) {
  const { id, kind, action, connection, order, createdAt, nextAttemptAt, shipBy, traceId, closed } = delivery;
  return {
    Id: <Id>{id}</Id>,
    What: `${kind} ${action}`,
    Connection: kind !== 'notify' && <LinkTo list="/connections" id={connection} />,
    Endpoint: kind === 'notify' && <a href={hrefOf('/changes')}>{show(connection)}</a>,
    Order: order && <LinkTo list="/orders" id={order} />,
    Created: <Time at={createdAt} seconds beside />,
    'Next attempt': nextAttemptAt && <Time at={nextAttemptAt} seconds />,
    'Leaves by': shipBy && <LeavesBy {...delivery} />,
    Trace: traceId && <Id>{traceId}</Id>,
    Closed: closed && <By {...closed} />,
  };
}

export const isClosable = ({ state }: Told): boolean => state === 'dead' || state === 'blocked';
const isReplayable = ({ state }: Told): boolean => state !== 'leased';

/** What a person may do with a delivery, by key. */
export const acts = {
  r: (of?: Told) => of !== undefined && isReplayable(of) && openDialog(<ReplayDialog delivery={of} />),
  c: (of?: Told) => of !== undefined && isClosable(of) && openDialog(<CloseDialog {...of} />),
};

export const ActButtons = ({ of }: { of: Told }) => (
  <span class="actions">
    {isReplayable(of) && <Button says="Replay…" onClick={() => acts.r(of)} />}
    {isClosable(of) && <Button says="Close…" onClick={() => acts.c(of)} />}
  </span>
);

function CloseDialog({ id, connection, action }: Told) {
  const [given, setGiven] = useState('');
  const remoteId = given.trim();
  return (
    <ActDialog
      title="Close delivery"
      path={`${pathOf('/deliveries', id)}/close`}
      body={remoteId ? { remoteId } : {}}
      command={(reason) => longshore(`deliveries close ${quote(id)}`, { reason, 'remote-id': remoteId, yes: true })}
      more={
        <Field
          label="Remote id"
          value={given}
          onInput={setGiven}
          maxLength={200}
          hint="What it is called there, if you know."
        />
      }
    >
      <p>
        It will count as done without another attempt, and nothing is sent to {connection}.{' '}
        {action === 'order' && 'The placement is followed from then on. '}What waited for it runs.
      </p>
    </ActDialog>
  );
}
