import { type Shape, type Delivery as Told, useAnswer } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { hrefOf } from '../kit/place.ts';
import { Facts, OneScreen, Region, Skeleton } from '../kit/screen.tsx';
import { type Columns, Table } from '../kit/table.tsx';
import { By, Cure, Id, LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { attemptWords, causeText, duration } from '../kit/words.ts';
import { ActButtons, acts, isClosable } from './delivery-acts.tsx';
import { LeavesBy } from './orders.tsx';
import { SideBySide } from './side-by-side.tsx';

const attempts: Columns<Shape<'Attempt'>> = [
  ['Attempt', ({ number }) => number, 'number'],
  ['Started', ({ startedAt }) => <Time at={startedAt} seconds />],
  ['Took', ({ startedAt, endedAt }) => duration(Date.parse(endedAt) - Date.parse(startedAt)), 'number'],
  ['Outcome', ({ outcome }) => <State>{outcome}</State>],
  ['HTTP', ({ httpStatus }) => httpStatus ?? '–', 'number'],
  ['Words', attemptWords, 'wide whole'],
  ['Next', ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds />],
];

/** One delivery with every attempt. */
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
          <About delivery={delivery} />
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

/** What it tells, beside what came. */
function Beside({ delivery, order }: { delivery: Told; order: string }) {
  const { value, error } = useAnswer('/orders/{id}', { id: order, everyMs: 30_000 });
  if (!value) return error ? null : <Skeleton lines={12} />;
  return <SideBySide order={value} deliveries={[delivery]} />;
}

function About({ delivery }: { delivery: Told }) {
  const { id, kind, action, connection, order, createdAt, nextAttemptAt, shipBy, traceId, closed } = delivery;
  const endpoint = (
    <a href={hrefOf('/changes')}>
      <Outside>{connection}</Outside>
    </a>
  );
  return (
    <Facts
      of={{
        Id: <Id>{id}</Id>,
        What: `${kind} ${action}`,
        ...(kind === 'notify'
          ? { Endpoint: endpoint }
          : { Connection: <LinkTo list="/connections" id={connection} /> }),
        Order: order && <LinkTo list="/orders" id={order} />,
        Created: <Time at={createdAt} seconds beside />,
        'Next attempt': <Time at={nextAttemptAt} seconds />,
        'Leaves by': shipBy && <LeavesBy {...delivery} />,
        Trace: traceId && <Id>{traceId}</Id>,
        Closed: closed && <By {...closed} />,
      }}
    />
  );
}
