import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { useLive } from '../kit/live.ts';
import { hrefOf, segment } from '../kit/place.ts';
import { announce, Facts, Region, Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Id, LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { cureOf, duration } from '../kit/words.ts';
import { CloseDialog } from './close-dialog.tsx';
import { Missing } from './missing.tsx';
import { isClosable, ReplayDialog } from './replay-dialog.tsx';

type Delivery = Shape<'Delivery'>;

/** One delivery with every attempt. */
export function Delivery({ id }: { id: string }) {
  const [acting, setActing] = useState<'replay' | 'close'>();
  const path = `/deliveries/${segment(id)}`;
  const live = useLive<Delivery>(path, () => ask('get', path), {
    onChange: (is, was) => is.state !== was.state && announce(`The delivery is ${is.state}`),
  });
  const { value: delivery, error } = live;
  const mayClose = delivery && isClosable(delivery);
  const mayReplay = delivery && delivery.state !== 'leased';
  useKeys({
    r: () => (mayReplay ? setActing('replay') : false),
    c: () => (mayClose ? setActing('close') : false),
  });
  if (error?.status === 404) return <Missing what="delivery" list="/deliveries" />;
  return (
    <Screen
      title="Delivery"
      of={live}
      actions={
        <>
          {mayReplay && (
            <button type="button" class={mayClose ? 'primary' : ''} onClick={() => setActing('replay')}>
              Replay…
            </button>
          )}
          {mayClose && (
            <button type="button" onClick={() => setActing('close')}>
              Close…
            </button>
          )}
        </>
      }
    >
      {delivery && (
        <>
          <p class="lead">
            <State>{delivery.state}</State>{' '}
            {delivery.cause && <Outside>{`${delivery.cause.code}: ${delivery.cause.description}`}</Outside>}
          </p>
          {mayClose && delivery.cause && (
            <p class="cure">
              <strong>What heals it</strong> {cureOf({ code: delivery.cause.code, state: delivery.state })}
            </p>
          )}
          <Facts>
            {[
              ['Id', <Id key="id">{delivery.id}</Id>],
              ['What', `${delivery.kind} ${delivery.action}`],
              delivery.kind === 'notify'
                ? [
                    'Endpoint',
                    <a key="endpoint" href={hrefOf('/changes')}>
                      <Outside>{delivery.connection}</Outside>
                    </a>,
                  ]
                : [
                    'Connection',
                    <LinkTo key="connection" list="/connections" id={delivery.connection}>
                      <Outside>{delivery.connection}</Outside>
                    </LinkTo>,
                  ],
              delivery.order !== null &&
                (['Order', <LinkTo key="order" list="/orders" id={delivery.order} />] as const),
              ['Created', <Time key="created" at={delivery.createdAt} seconds beside />],
              ['Next attempt', <Time key="next" at={delivery.nextAttemptAt} seconds />],
              delivery.shipBy !== null &&
                ([
                  'Leaves by',
                  <span key="by">
                    <Time at={delivery.shipBy} /> {delivery.late && <State as="late">too late</State>}
                  </span>,
                ] as const),
              delivery.traceId !== null && (['Trace', <Id key="trace">{delivery.traceId}</Id>] as const),
              delivery.closed !== null &&
                ([
                  'Closed',
                  <span key="closed">
                    <Time at={delivery.closed.at} /> by <Outside>{delivery.closed.by}</Outside>:{' '}
                    <Outside>{delivery.closed.reason}</Outside>
                  </span>,
                ] as const),
            ]}
          </Facts>
          <Region title="Attempts">
            {delivery.attempts.length === 0 ? (
              <p class="muted">None yet: the first runs when it is due.</p>
            ) : (
              <Table
                name="Attempts"
                isMain
                rows={delivery.attempts}
                idOf={({ number }) => String(number)}
                columns={[
                  { title: 'Attempt', cell: ({ number }) => number, kind: 'number' },
                  { title: 'Started', cell: ({ startedAt }) => <Time at={startedAt} seconds /> },
                  {
                    title: 'Took',
                    cell: ({ startedAt, endedAt }) => duration(Date.parse(endedAt) - Date.parse(startedAt)),
                    kind: 'number',
                  },
                  { title: 'Outcome', cell: ({ outcome }) => <State>{outcome}</State> },
                  { title: 'HTTP', cell: ({ httpStatus }) => httpStatus ?? '–', kind: 'number' },
                  {
                    title: 'Words',
                    cell: ({ description, code }) => <Outside>{description ?? code}</Outside>,
                    kind: 'wide',
                  },
                  { title: 'Next', cell: ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds /> },
                ]}
              />
            )}
          </Region>
          <AsCommand lines={[longshore(`deliveries show ${quote(id)}`), curl('GET', path)]} />
          {acting === 'replay' && <ReplayDialog delivery={delivery} onClose={() => setActing(undefined)} />}
          {acting === 'close' && (
            <CloseDialog delivery={delivery} onClose={() => setActing(undefined)} onClosed={() => void live.reload()} />
          )}
        </>
      )}
    </Screen>
  );
}
