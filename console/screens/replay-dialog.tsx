import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command-line.ts';
import { ActDialog } from '../kit/dialog.tsx';
import { ActButton, Check, Field } from '../kit/form.tsx';
import { ask, type Delivery, type Shape } from '../kit/hub.ts';
import { go, hrefOf, pathOf } from '../kit/place.ts';
import { type Columns, Table } from '../kit/table.tsx';
import { Words } from '../kit/text.tsx';
import { capital, count, deliveries } from '../kit/words.ts';

type DryRun = Shape<'ReplayDryRun'>;

const columns: Columns<DryRun['calls'][number]> = [
  ['Calls', (call) => call.count, 'number'],
  ['Action', ({ action }) => action],
  ['Connection', ({ connection }) => connection, 'wide'],
  ['Probed first', ({ probedFirst }) => probedFirst, 'number'],
];

/**
 * What a replay could do twice. One sample tells it of all: a filter without a state matches nothing that succeeded, and
 * without this cause nothing of which nobody knows whether it happened.
 */
function doubtOf({ matched, sample: [one] = [] }: Partial<DryRun>): string | undefined {
  if (one?.cause?.code === 'outcome_unknown')
    return `Nobody knows whether ${matched === 1 ? 'it' : 'they'} happened: look at the marketplace first.`;
  if (one?.state === 'succeeded')
    return `${matched === 1 ? 'It has' : 'They have'} succeeded, and would run again all the same.`;
}

/** A replay in three steps: what it would call, the reason, the start. Only a filter that was looked at can be started. */
export function ReplayDialog({ filter, delivery }: { filter?: Readonly<Record<string, string>>; delivery?: Delivery }) {
  const [found, setFound] = useState<DryRun>();
  const [wantsCanary, setWantsCanary] = useState(true);
  const [perMinute, setPerMinute] = useState('60');
  const { matched = 0, complete, calls = [], leftOut = 0 } = found ?? {};
  const pace = Number(perMinute);
  // Before the dry run it may be many: a command that is copied then must not call them all at once.
  const canary = matched !== 1 && wantsCanary;
  // A single delivery has neither pace nor canary.
  const path = delivery ? `${pathOf('/deliveries', delivery.id)}/replay` : '/deliveries/replay';
  const target = filter && { filter };
  const look = async () => setFound(await ask('post', path, { body: { ...target, dryRun: true } }));
  return (
    <ActDialog<Shape<'ReplayStarted'>>
      title="Replay"
      verb="Start replay"
      path={path}
      body={filter ? { filter, perMinute: pace, canary } : {}}
      asks={matched > 0 ? 'needed' : 'nothing'}
      isReady={matched > 0 && Number.isInteger(pace) && pace > 0}
      command={(reason) =>
        longshore(`deliveries replay${delivery ? ` ${quote(delivery.id)}` : ''}`, {
          ...(filter && { ...filter, 'per-minute': pace, canary }),
          ...{ reason, yes: true },
        })
      }
      before={<ActButton says="Dry run" class={found ? '' : 'primary'} act={look} />}
      onDone={({ replayId }, isLeft) => !isLeft && go(hrefOf(pathOf('/replays', replayId)))}
      more={
        matched > 0 &&
        filter && (
          <>
            <Check
              label="Canary"
              hint="1, then 10, then the rest; the first that fails again stops it."
              checked={canary}
              disabled={matched === 1}
              onChange={setWantsCanary}
            />
            <Field label="Per minute" inputMode="numeric" value={perMinute} onInput={setPerMinute} />
          </>
        )
      }
    >
      <p class="muted">
        {`A fresh set of attempts for ${delivery ? 'this delivery' : 'every delivery that the filter matches'}`}
        {'; the old ones stay on record.'}
      </p>
      <p role="status">{found && capital(`${deliveries(matched, complete)} would be replayed`)}</p>
      <Words class="needs">{doubtOf(found ?? {})}</Words>
      <Table name="Calls" columns={columns} rows={calls} />
      {leftOut > 0 && (
        <p>
          {count(leftOut, 'delivery is', 'deliveries are')} left out: nobody knows whether they happened, and nothing
          can be read back. Look at the marketplace, and replay each alone.
        </p>
      )}
    </ActDialog>
  );
}
