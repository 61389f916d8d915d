import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ask, HubError, may, type Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { useLive } from '../kit/live.ts';
import { segment } from '../kit/place.ts';
import { announce, mayOnly, Region, Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { Missing } from './missing.tsx';
import { Details, Lines, Unread } from './order-facts.tsx';
import { isClosable, ReplayDialog } from './replay-dialog.tsx';
import { ShipTo } from './ship-to.tsx';
import { storyOf } from './story.ts';

type Order = Shape<'Order'>;
type Delivery = Shape<'Delivery'>;
type Explanation = Shape<'Explanation'>;

/** What of an order is read for this page; what a key may not see is not asked for. */
interface Whole {
  order: Order;
  explanation: Explanation | undefined;
  deliveries: Delivery[];
}

async function read(id: string): Promise<Whole> {
  const path = `/orders/${segment(id)}`;
  const [order, explanation, page] = await Promise.all([
    ask<Order>('get', path),
    ask<Explanation>('get', `${path}/explanation`).catch((error: unknown) => {
      if (error instanceof HubError && error.status < 500) return undefined;
      throw error;
    }),
    may('ops')
      ? ask<{ deliveries: Delivery[] }>('get', '/deliveries', { query: { order: id, limit: 200 } })
      : { deliveries: [] },
  ]);
  return { order, explanation, deliveries: page.deliveries };
}

/** One page, one story: where an order stands, and how it came there. */
export function Order({ id }: { id: string }) {
  const path = `/orders/${segment(id)}`;
  const live = useLive<Whole>(path, () => read(id), {
    onChange: ({ explanation: is }, { explanation: was }) =>
      is && is.sentence !== was?.sentence && announce(is.sentence),
  });
  const [acting, setActing] = useState<{ what: 'replay' | 'close'; delivery: Delivery }>();
  const [isEditing, setEditing] = useState(false);
  const { value, error } = live;
  const actOnFirst = (what: 'replay' | 'close') => () => {
    const delivery = value?.deliveries.find(isClosable);
    return delivery && !document.activeElement?.closest('tr') ? setActing({ what, delivery }) : false;
  };
  useKeys({ r: actOnFirst('replay'), c: actOnFirst('close') });
  if (error?.status === 404) return <Missing what="order" list="/orders" />;
  if (!value) return <Screen title="Order" of={live} />;
  const { order, deliveries } = value;
  const act = (what: 'replay' | 'close') => (delivery: Delivery) => setActing({ what, delivery });
  return (
    <Screen
      title={order.number}
      actions={<State as={order.late ? 'late' : order.status}>{order.status}</State>}
      of={live}
    >
      <WhereItStands {...value} onReplay={act('replay')} onCorrect={() => setEditing(true)} />
      <div class="columns">
        <Story order={order} deliveries={deliveries} />
        <div>
          <ShipTo {...{ id, order, deliveries, isEditing }} onEdit={setEditing} onSaved={live.reload} />
          <Details order={order} />
        </div>
      </div>
      <Lines order={order} />
      <Unread paths={order.unread} />
      <Region title="Deliveries">
        {may('ops') ? (
          <Deliveries rows={deliveries} onReplay={act('replay')} onClose={act('close')} />
        ) : (
          <p>{mayOnly()}</p>
        )}
      </Region>
      <AsCommand lines={[longshore(`orders show ${quote(id)}`), curl('GET', path)]} />
      {acting?.what === 'replay' && <ReplayDialog delivery={acting.delivery} onClose={() => setActing(undefined)} />}
      {acting?.what === 'close' && (
        <CloseDialog
          delivery={acting.delivery}
          onClose={() => setActing(undefined)}
          onClosed={() => void live.reload()}
        />
      )}
    </Screen>
  );
}

const WHO: Readonly<Record<string, string>> = {
  you: 'You must act',
  shipper: 'Its shipper must act',
  marketplace: 'The marketplace must act',
  buyer: 'The buyer must act',
  hub: 'The hub sees to it',
  nobody: 'Nobody has to do anything',
};

function WhereItStands({
  order,
  explanation,
  deliveries,
  onReplay,
  onCorrect,
}: Whole & { onReplay: (delivery: Delivery) => void; onCorrect: () => void }) {
  const stopped = deliveries.find(isClosable);
  const lacksAddress = stopped?.cause?.code === 'address_incomplete';
  const { who = '', until = null, since = null } = explanation?.waitsFor ?? {};
  return (
    <Region title="Where it stands">
      <p class="lead">{explanation ? <Outside>{explanation.sentence}</Outside> : `The order is ${order.status}.`}</p>
      {explanation && (
        <p class="muted">
          {WHO[who] ?? who}
          {until && (
            <>
              , until <Time at={until} beside />
            </>
          )}
          {!until && since && (
            <>
              , since <Time at={since} beside />
            </>
          )}
        </p>
      )}
      {stopped && may('ops') && (
        <button type="button" class="primary" onClick={() => (lacksAddress ? onCorrect() : onReplay(stopped))}>
          {lacksAddress ? 'Correct the address…' : `Replay ${stopped.action}…`}
        </button>
      )}
    </Region>
  );
}

function Story({ order, deliveries }: { order: Order; deliveries: Delivery[] }) {
  return (
    <Region title="Story">
      <ol class="story">
        {storyOf(order, deliveries).map(({ at, by, title, words, outcome, mark, delivery }, index) => (
          <li key={`${at} ${index}`} class={mark ?? outcome}>
            <Time at={at} seconds />
            <div>
              <span>
                {delivery ? (
                  <LinkTo list="/deliveries" id={delivery}>
                    <Outside>{title}</Outside>
                  </LinkTo>
                ) : (
                  <Outside>{title}</Outside>
                )}{' '}
                {outcome && <State>{outcome}</State>} <Outside>{by}</Outside>
              </span>
              {words && (
                <p class="muted">
                  <Outside>{words}</Outside>
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Region>
  );
}

interface DeliveriesProps {
  rows: readonly Delivery[];
  onReplay: (delivery: Delivery) => void;
  onClose: (delivery: Delivery) => void;
}

function Deliveries({ rows, onReplay, onClose }: DeliveriesProps) {
  if (rows.length === 0) return <p class="muted">None: nothing is to be told to anybody.</p>;
  return (
    <Table
      name="Deliveries"
      isMain
      rows={rows}
      idOf={({ id }) => id}
      keys={{ r: onReplay, c: (delivery) => (isClosable(delivery) ? onClose(delivery) : false) }}
      columns={[
        {
          title: 'Action',
          cell: ({ id, action }) => (
            <LinkTo list="/deliveries" id={id}>
              {action}
            </LinkTo>
          ),
        },
        { title: 'Connection', cell: ({ connection }) => <Outside>{connection}</Outside> },
        { title: 'State', cell: ({ state }) => <State>{state}</State> },
        { title: 'Attempts', cell: ({ attemptCount }) => attemptCount, kind: 'number' },
        { title: 'Next attempt', cell: ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds /> },
        {
          title: 'Cause',
          cell: ({ cause }) => cause && <Outside>{`${cause.code}: ${cause.description}`}</Outside>,
          kind: 'wide',
        },
        {
          title: 'Do',
          cell: (delivery) => (
            <span class="actions">
              {delivery.state !== 'leased' && (
                <button type="button" onClick={() => onReplay(delivery)}>
                  Replay…
                </button>
              )}
              {isClosable(delivery) && (
                <button type="button" onClick={() => onClose(delivery)}>
                  Close…
                </button>
              )}
            </span>
          ),
        },
      ]}
    />
  );
}
