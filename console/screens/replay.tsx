import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog, Field } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { segment } from '../kit/place.ts';
import { announce, Facts, Problem, Region, Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Id, LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { count } from '../kit/words.ts';
import { columns } from './deliveries.tsx';
import { Missing } from './missing.tsx';

type Replay = Shape<'Replay'>;

const settled = ({ succeeded, dead, blocked }: Replay): number => succeeded + dead + blocked;

const STAGES = {
  one: 'The canary’s first delivery is under way; ten follow, then the rest.',
  ten: 'Ten deliveries are under way; the rest follows.',
  rest: 'The rest is under way.',
};

function progressOf(replay: Replay): string {
  const { state, matched, canary, stage } = replay;
  const done = `${settled(replay)} of ${count(matched, 'delivery', 'deliveries')}`;
  switch (state) {
    case 'collecting':
      return `Finding its deliveries: ${matched} so far.`;
    case 'finished':
      return `Finished: ${done}, ${replay.succeeded} succeeded.`;
    case 'cancelled':
      return `Cancelled after ${done}.`;
    case 'relapsed':
      return `Stopped after ${done}.`;
    case 'interrupted':
      return `Cut off after ${done}: ask again for the rest.`;
    default:
      return `${done}. ${canary && stage ? STAGES[stage] : 'They fall due at its pace.'}`;
  }
}

/** One replay while it runs: stages, counts that sum, and what stopped it. */
export function Replay({ id }: { id: string }) {
  const [asking, setAsking] = useState<'resume' | 'cancel'>();
  const [showsDetails, setShowsDetails] = useState(false);
  const path = `/replays/${segment(id)}`;
  const live = useLive<Replay>(path, () => ask('get', path), {
    everyMs: 3_000,
    onChange: (is, was) => progressOf(is) !== progressOf(was) && announce(progressOf(is)),
  });
  const { value: replay, error } = live;
  if (error?.status === 404) return <Missing what="replay" list="/replays" />;
  const isOver = replay && ['finished', 'interrupted'].includes(replay.state);
  const isStopped = replay && ['relapsed', 'cancelled'].includes(replay.state);
  return (
    <Screen
      title="Replay"
      of={live}
      actions={
        replay &&
        !isOver && (
          <button
            type="button"
            class={isStopped ? 'primary' : ''}
            onClick={() => setAsking(isStopped ? 'resume' : 'cancel')}
          >
            {isStopped ? 'Resume…' : 'Cancel replay…'}
          </button>
        )
      }
    >
      {replay && (
        <>
          {replay.relapse && replay.state === 'relapsed' && (
            <div class="alert" role="alert">
              Stopped:{' '}
              <Outside>
                {replay.relapse.cause
                  ? `${replay.relapse.cause.code}: ${replay.relapse.cause.description}`
                  : replay.relapse.state}
              </Outside>{' '}
              <LinkTo list="/deliveries" id={replay.relapse.delivery} />
            </div>
          )}
          <Progress replay={replay} />
          <button type="button" aria-expanded={showsDetails} onClick={() => setShowsDetails(!showsDetails)}>
            Replay details
          </button>
          {showsDetails && (
            <Facts>
              {[
                ['Id', <Id key="id">{replay.id}</Id>],
                [
                  'Filter',
                  <code key="filter">
                    {JSON.stringify(replay.filter ?? { delivery: replay.delivery, queue: replay.queue })}
                  </code>,
                ],
                ['Pace', `${replay.perMinute} a minute${replay.canary ? ', as a canary' : ''}`],
                replay.cancelled && (['Cancelled', <Decided key="cancelled" {...replay.cancelled} />] as const),
                replay.resumed && (['Resumed', <Decided key="resumed" {...replay.resumed} />] as const),
                replay.endedAt !== null && (['Ended', <Time key="ended" at={replay.endedAt} seconds />] as const),
              ]}
            </Facts>
          )}
          <Members replay={replay} />
          {!isOver && !isStopped && <p class="muted">Leaving this page stops nothing.</p>}
          <AsCommand lines={[longshore(`replays show ${quote(id)}`, { watch: true }), curl('GET', path)]} />
          {asking && (
            <Decide key={asking} what={asking} id={id} onClose={() => setAsking(undefined)} onDone={live.reload} />
          )}
        </>
      )}
    </Screen>
  );
}

const Decided = ({ by, reason, at }: { by: string; reason: string | null; at: string }) => (
  <>
    <Time at={at} /> by <Outside>{by}</Outside>
    {reason && (
      <>
        : <Outside>{reason}</Outside>
      </>
    )}
  </>
);

function Progress({ replay }: { replay: Replay }) {
  const { matched, waiting, pending, succeeded, dead, blocked, state, by, reason, createdAt } = replay;
  // What is settled between two counts is in neither: the rest of what matched is what waits.
  const rest = Math.max(0, matched - pending - succeeded - dead - blocked);
  return (
    <section class="progress" aria-label="Progress of the replay">
      <p>
        <State>{state}</State> Started <Time at={createdAt} seconds /> by <Outside>{by}</Outside>
        {reason && (
          <>
            : <Outside>{reason}</Outside>
          </>
        )}
      </p>
      <progress aria-label="Progress" max={Math.max(1, matched)} value={settled(replay)} />
      <p role="status">{progressOf(replay)}</p>
      <Table
        name="Members by state"
        rows={[replay]}
        idOf={({ id }) => id}
        columns={[
          { title: 'Waiting', cell: () => (state === 'collecting' ? waiting : rest), kind: 'number' },
          { title: 'Under way', cell: () => pending, kind: 'number' },
          { title: 'Succeeded', cell: () => succeeded, kind: 'number' },
          { title: 'Dead', cell: () => dead, kind: 'number' },
          { title: 'Blocked', cell: () => blocked, kind: 'number' },
        ]}
      />
    </section>
  );
}

/** Its deliveries: those under way first. */
function Members({ replay: { id } }: { replay: Replay }) {
  const path = `/replays/${segment(id)}/deliveries`;
  const live = useLive<{ deliveries: Shape<'Delivery'>[] }>(path, () => ask('get', path, { query: { limit: 50 } }));
  const rows = live.value?.deliveries ?? [];
  return (
    <Region title="Deliveries">
      <Problem of={live} />
      {rows.length > 0 && (
        <Table name="Deliveries" rows={rows} columns={columns} idOf={(delivery) => delivery.id} isMain />
      )}
      {live.value && rows.length === 0 && <p class="muted">None yet.</p>}
    </Region>
  );
}

interface DecideProps {
  what: 'resume' | 'cancel';
  id: string;
  onClose: () => void;
  onDone: () => Promise<void>;
}

const WHAT = {
  resume: { verb: 'Resume', says: 'It goes on with those that still wait; a canary begins at its first stage.' },
  cancel: {
    verb: 'Cancel replay',
    says: 'What waits is not released; an attempt that is under way ends. It can be resumed.',
  },
};

function Decide({ what, id, onClose, onDone }: DecideProps) {
  const [reason, setReason] = useState('');
  const { verb, says } = WHAT[what];
  const path = `/replays/${segment(id)}/${what}`;
  const body = reason.trim() ? { reason: reason.trim() } : {};
  const act = async () => {
    await ask('post', path, { body });
    await onDone();
    onClose();
  };
  return (
    <ActDialog
      {...{ title: verb, verb, onClose, act }}
      after={
        <AsCommand
          lines={[
            longshore(`replays ${what} ${quote(id)}`, {
              reason: reason.trim(),
              ...(what === 'resume' && { yes: true }),
            }),
            curl('POST', path, { body }),
          ]}
        />
      }
    >
      <p>{says}</p>
      <Field label="Reason" value={reason} onInput={setReason} />
    </ActDialog>
  );
}
