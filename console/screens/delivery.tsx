import { quote, reading } from '../kit/command.tsx';
import type { Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { useAnswer } from '../kit/live.ts';
import { hrefOf, pathOf } from '../kit/place.ts';
import { Facts, OneScreen, Region, Skeleton } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Cure, Id, LinkTo, Outside, State } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { causeText, duration } from '../kit/words.ts';
import { isClosable, useActs } from './delivery-acts.tsx';
import { LeavesBy } from './orders.tsx';
import { SideBySide } from './side-by-side.tsx';

type Delivery = Shape<'Delivery'>;

const attempts: ReadonlyArray<Column<Shape<'Attempt'>>> = [
  ['Attempt', ({ number }) => number, 'number'],
  ['Started', ({ startedAt }) => <Time at={startedAt} seconds />],
  ['Took', ({ startedAt, endedAt }) => duration(Date.parse(endedAt) - Date.parse(startedAt)), 'number'],
  ['Outcome', ({ outcome }) => <State>{outcome}</State>],
  ['HTTP', ({ httpStatus }) => httpStatus ?? '–', 'number'],
  ['Words', ({ description, code }) => description ?? code, 'wide whole'],
  ['Next', ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds />],
];

const idOfAttempt = ({ number }: Shape<'Attempt'>) => String(number);

/** One delivery with every attempt. */
export function Delivery({ id }: { id: string }) {
  const live = useAnswer('/deliveries/{id}', { id });
  const { keys, buttons, dialog } = useActs(live.reload);
  useKeys({ r: () => keys.r(live.value), c: () => keys.c(live.value) });
  const commands = reading(`deliveries show ${quote(id)}`, pathOf('/deliveries', id));
  return (
    <OneScreen title="Delivery" of={live} actions={buttons} commands={commands}>
      {(delivery) => (
        <>
          <p class="lead" role="status">
            <State>{delivery.state}</State> {delivery.cause && <Outside>{causeText(delivery.cause)}</Outside>}
          </p>
          {isClosable(delivery) && <Cure of={delivery} />}
          <About delivery={delivery} />
          <Region title="Attempts">
            {delivery.attempts.length === 0 && <p class="muted">None yet: the first runs when it is due.</p>}
            <Table name="Attempts" columns={attempts} rows={delivery.attempts} idOf={idOfAttempt} isMain />
          </Region>
          {delivery.kind === 'push' && delivery.order !== null && <Beside delivery={delivery} order={delivery.order} />}
          {dialog}
        </>
      )}
    </OneScreen>
  );
}

/** What it tells, beside what came. */
function Beside({ delivery, order }: { delivery: Delivery; order: string }) {
  const { value, error } = useAnswer('/orders/{id}', { id: order, everyMs: 30_000 });
  if (!value) return error ? null : <Skeleton lines={12} />;
  return <SideBySide order={value} deliveries={[delivery]} />;
}

function About({ delivery }: { delivery: Delivery }) {
  const { id, kind, action, connection, order, createdAt, nextAttemptAt, shipBy, traceId, closed } = delivery;
  const to =
    kind === 'notify' ? (
      <a href={hrefOf('/changes')}>
        <Outside>{connection}</Outside>
      </a>
    ) : (
      <LinkTo list="/connections" id={connection} />
    );
  return (
    <Facts
      of={{
        Id: <Id>{id}</Id>,
        What: `${kind} ${action}`,
        [kind === 'notify' ? 'Endpoint' : 'Connection']: to,
        Order: order && <LinkTo list="/orders" id={order} />,
        Created: <Time at={createdAt} seconds beside />,
        'Next attempt': <Time at={nextAttemptAt} seconds />,
        'Leaves by': shipBy && <LeavesBy {...delivery} />,
        Trace: traceId && <Id>{traceId}</Id>,
        Closed: closed && <Said {...closed} />,
      }}
    />
  );
}

/** What a person did: when, who and, where they said, why. */
export const Said = ({ at, by, reason }: { at: string; by: string; reason: string | null }) => (
  <>
    <Time at={at} seconds /> by <Outside>{by}</Outside>
    {reason && (
      <>
        : <Outside>{reason}</Outside>
      </>
    )}
  </>
);
