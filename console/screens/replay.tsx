import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command-line.ts';
import { ActDialog, openDialog } from '../kit/dialog.tsx';
import { type Delivery, type Shape, useAnswer } from '../kit/hub.ts';
import { List, ListScreen, useList } from '../kit/list.tsx';
import { pathOf } from '../kit/place.ts';
import { Facts, OneScreen, Region } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Button, By, Cure, Id, LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { causeText, conditions, deliveries } from '../kit/words.ts';
import { acts, columns } from './deliveries.tsx';

type Replay = Shape<'Replay'>;

/** How many of its deliveries have ended. */
const settled = ({ succeeded, dead, blocked }: Replay): number => succeeded + dead + blocked;

/** One that has come to its end is done only if all of it succeeded. */
const StateOf = ({ replay }: { replay: Replay }) => (
  <State as={replay.state === 'finished' && replay.succeeded < settled(replay) ? 'failed' : replay.state}>
    {replay.state}
  </State>
);

const listColumns: Columns<Replay> = [
  linked('Replay', '/replays', ({ id }) => [id]),
  ['State', (replay) => <StateOf replay={replay} />],
  ['By', ({ by }) => by],
  ['Reason', ({ reason }) => reason, 'wide'],
  ['Progress', (replay) => `${settled(replay)} of ${replay.matched}`, 'number'],
  ['Started', ({ createdAt }) => <Time at={createdAt} />],
];

export const Replays = () => (
  <ListScreen
    name="Replays"
    list={useList<Replay>({ path: '/replays', one: '/replays' })}
    columns={listColumns}
    empty="Nothing was replayed yet. A replay begins at a group of Home, at a filtered list of deliveries, or at one of them."
  />
);

const STAGES = {
  one: 'The canary’s first delivery is under way; ten follow, then the rest.',
  ten: 'The next ten at most are under way; the rest follows.',
  rest: 'The rest is under way.',
};

function progressOf(replay: Replay): string {
  const { state, matched, succeeded, canary, stage } = replay;
  const done = `${settled(replay)} of ${deliveries(matched)}`;
  if (state === 'collecting') return `Finding its deliveries: ${matched} so far.`;
  if (state === 'finished') return `Finished: ${done}, ${succeeded} succeeded.`;
  if (state === 'cancelled') return `Cancelled after ${done}.`;
  if (state === 'relapsed')
    return `Stopped after ${done}${canResume(replay) ? ': once it is mended, resume it for the rest.' : ': none of it is left to resume.'}`;
  if (state === 'interrupted') return `Cut off after ${done}: ask again for the rest.`;
  return `${done}. ${canary && stage ? STAGES[waitingOf(replay) > 0 ? stage : 'rest'] : 'They fall due at its pace.'}`;
}

const isRunning = (state: string): boolean => /collecting|running/.test(state);
/** A relapse at the last delivery leaves none to resume; a cancelled replay may not have found all of its own yet. */
const canResume = (replay: Replay): boolean =>
  replay.state === 'cancelled' || (replay.state === 'relapsed' && replay.matched > settled(replay));

/** One replay while it runs: stages, counts that add up, and what stopped it. */
export function Replay({ id }: { id: string }) {
  const [showsDetails, setShowsDetails] = useState(false);
  const live = useAnswer('/replays/{id}', { id, everyMs: 3_000 });
  const decide = (what: 'resume' | 'cancel') => openDialog(<Decide {...{ what, id }} />);
  return (
    <OneScreen
      title="Replay"
      of={live}
      actions={(replay) => [
        canResume(replay) && <Button says="Resume…" class="primary" onClick={() => decide('resume')} />,
        isRunning(replay.state) && <Button says="Cancel replay…" onClick={() => decide('cancel')} />,
      ]}
    >
      {(replay) => (
        <>
          {replay.relapse && replay.state === 'relapsed' && (
            <>
              <div class="alert" role="alert">
                Stopped: <Outside>{causeText(replay.relapse.cause) ?? replay.relapse.state}</Outside>{' '}
                <LinkTo list="/deliveries" id={replay.relapse.delivery} />
              </div>
              <Cure of={replay.relapse} />
            </>
          )}
          <Progress replay={replay} />
          <Button says="Replay details" aria-expanded={showsDetails} onClick={() => setShowsDetails(!showsDetails)} />
          {showsDetails && <Facts of={factsOf(replay)} />}
          <Members id={id} />
          {isRunning(replay.state) && <p class="muted">Leaving this page stops nothing.</p>}
        </>
      )}
    </OneScreen>
  );
}

/** The rest of what matched waits. Computed, as a delivery that settles between two counts would be in neither. */
const waitingOf = (replay: Replay): number =>
  replay.state === 'collecting' ? replay.waiting : Math.max(0, replay.matched - replay.pending - settled(replay));

const stateColumns: Columns<Replay> = [
  ['Waiting', waitingOf, 'number'],
  ['Under way', ({ pending }) => pending, 'number'],
  ['Succeeded', ({ succeeded }) => succeeded, 'number'],
  ['Dead', ({ dead }) => dead, 'number'],
  ['Blocked', ({ blocked }) => blocked, 'number'],
];

const Progress = ({ replay }: { replay: Replay }) => (
  <section class="progress" aria-label="Progress of the replay">
    <p>
      <StateOf replay={replay} /> Started <By {...replay} at={replay.createdAt} />
    </p>
    <progress aria-label="Progress" max={Math.max(1, replay.matched)} value={settled(replay)} />
    <p role="status">{progressOf(replay)}</p>
    <Table name="Members by state" rows={[replay]} columns={stateColumns} />
  </section>
);

/** The hub forgets the remote's words of a filter once its deliveries are found: they may name a buyer. */
const kept = ({ message, ...filter }: NonNullable<Replay['filter']>) =>
  message === 'erased' ? { ...filter, message: 'no longer kept' } : { ...filter, message };

const factsOf = ({ id, filter, delivery, queue, perMinute, canary, cancelled, resumed, endedAt }: Replay) => ({
  Id: <Id>{id}</Id>,
  Of: filter ? conditions(kept(filter)) || 'any delivery' : <Id>{delivery ?? queue ?? ''}</Id>,
  Pace: `${perMinute} a minute${canary ? ', as a canary' : ''}`,
  Cancelled: cancelled && <By {...cancelled} />,
  Resumed: resumed && <By {...resumed} />,
  Ended: endedAt && <Time at={endedAt} seconds />,
});

/** Its deliveries: first those under way, then the settled ones, then those that wait. */
function Members({ id }: { id: string }) {
  const path = `${pathOf('/replays', id)}/deliveries`;
  const list = useList<Delivery>({ path, one: '/deliveries', isWhole: true });
  return (
    <Region title="Deliveries">
      <List name="Deliveries" list={list} columns={columns} keys={acts} empty="None was found yet." />
    </Region>
  );
}

const Decide = ({ what, id }: { what: 'resume' | 'cancel'; id: string }) => (
  <ActDialog
    title={what === 'resume' ? 'Resume' : 'Cancel replay'}
    path={`${pathOf('/replays', id)}/${what}`}
    command={(reason) => longshore(`replays ${what} ${quote(id)}`, { reason, yes: what === 'resume' })}
    asks="optional"
  >
    <p>
      {what === 'resume'
        ? 'It goes on with those that still wait; a canary begins at its first stage. What failed again is left out: replay it from its delivery.'
        : 'What waits is not released; an attempt that is under way ends. It can be resumed.'}
    </p>
  </ActDialog>
);
