import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ask, isMissing, may, type Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { type Live, useAnswer, useLive } from '../kit/live.ts';
import { pathOf } from '../kit/place.ts';
import { MayOnly, Missing, Problem, Region, Screen } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Button, LinkTo, State, show } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { causeText } from '../kit/words.ts';
import { isClosable, useActs } from './delivery-acts.tsx';
import { Details, Lines, Unread } from './order-facts.tsx';
import { ShipTo } from './ship-to.tsx';
import { SideBySide } from './side-by-side.tsx';
import { Story } from './story.tsx';

type Order = Shape<'Order'>;
type Delivery = Shape<'Delivery'>;
type Explanation = Shape<'Explanation'>;

/** One page, one story: where an order stands, and how it came there. */
export function Order({ id }: { id: string }) {
  const path = pathOf('/orders', id);
  const live = useAnswer<Order>(path);
  const explained = useAnswer<Explanation>(`${path}/explanation`);
  // What a key may not see is not asked for.
  const told = useLive<{ deliveries: Delivery[] }>(may('ops') ? `deliveries of ${id}` : null, () =>
    ask('get', '/deliveries', { query: { order: id, limit: 200 } }),
  );
  const parts = may('ops') ? [live, explained, told] : [live, explained];
  const reload = () => Promise.all(parts.map((part) => part.reload()));
  const { act, keys, buttons, dialog } = useActs(reload);
  const [isEditing, setEditing] = useState(false);
  const { value: order, error } = live;
  const deliveries = told.value?.deliveries ?? [];
  const stopped = () => (document.activeElement?.closest('tr') ? undefined : deliveries.find(isClosable));
  useKeys({ r: () => keys.r(stopped()), c: () => keys.c(stopped()) });
  if (isMissing(error)) return <Missing says="There is no such order." back="/orders" />;
  if (!order || parts.some((part) => !part.value && !part.error))
    return <Screen title="Order" of={{ ...live, value: undefined }} />;
  return (
    <Screen
      title={order.number}
      actions={<State as={order.late ? 'late' : order.status}>{order.status}</State>}
      of={live}
    >
      <WhereItStands
        {...{ order, explained, deliveries }}
        onReplay={act('replay')}
        onCorrect={() => setEditing(true)}
      />
      <div class="columns">
        <Story order={order} deliveries={deliveries} />
        <div>
          <ShipTo {...{ id, order, deliveries, isEditing }} onEdit={setEditing} onSaved={reload} />
          <Details order={order} />
        </div>
      </div>
      <Lines order={order} />
      <Unread paths={order.unread} />
      <Region title="Deliveries">
        {!may('ops') && <MayOnly />}
        <Problem of={told} />
        {told.value && deliveries.length === 0 && <p class="muted">None: nothing is to be told to anybody.</p>}
        {deliveries.length > 0 && (
          <Table name="Deliveries" isMain rows={deliveries} keys={keys} columns={[...columns, ['Do', buttons]]} />
        )}
      </Region>
      {may('ops') && <SideBySide order={order} deliveries={deliveries} />}
      <AsCommand lines={[longshore(`orders show ${quote(id)}`), curl('GET', path)]} />
      {dialog}
    </Screen>
  );
}

const columns: ReadonlyArray<Column<Delivery>> = [
  [
    'Action',
    ({ id, action }) => (
      <LinkTo list="/deliveries" id={id}>
        {action}
      </LinkTo>
    ),
  ],
  ['Connection', ({ connection }) => connection],
  ['State', ({ state }) => <State>{state}</State>],
  ['Attempts', ({ attemptCount }) => attemptCount, 'number'],
  ['Next attempt', ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds />],
  ['Cause', ({ cause }) => causeText(cause), 'wide'],
];

const WHO: Readonly<Record<string, string>> = {
  you: 'You must act',
  shipper: 'Its shipper must act',
  marketplace: 'The marketplace must act',
  buyer: 'The buyer must act',
  hub: 'The hub sees to it',
  nobody: 'Nobody has to do anything',
};

interface StandsProps {
  order: Order;
  explained: Live<Explanation>;
  deliveries: readonly Delivery[];
  onReplay: (delivery: Delivery) => unknown;
  onCorrect: () => void;
}

function WhereItStands({ order, explained, deliveries, onReplay, onCorrect }: StandsProps) {
  const { value: explanation } = explained;
  const stopped = deliveries.find(isClosable);
  const lacksAddress = stopped?.cause?.code === 'address_incomplete';
  const { who = '', until = null, since = null } = explanation?.waitsFor ?? {};
  return (
    <Region title="Where it stands">
      {explained.error && !explanation && <Problem of={explained} />}
      <p class="lead" role="status">
        {show(explanation?.sentence ?? `The order is ${order.status}.`)}
      </p>
      {explanation && (
        <p class="muted">
          {WHO[who] ?? who}
          {(until ?? since) && (until ? ', until ' : ', since ')}
          {(until ?? since) && <Time at={until ?? since} beside />}
        </p>
      )}
      {stopped && may('ops') && (
        <Button class="primary" onClick={() => (lacksAddress ? onCorrect() : onReplay(stopped))}>
          {lacksAddress ? 'Correct the address…' : `Replay ${stopped.action}…`}
        </Button>
      )}
    </Region>
  );
}
