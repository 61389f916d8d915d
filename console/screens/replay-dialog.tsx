import { useState } from 'preact/hooks';
import { curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog } from '../kit/dialog.tsx';
import { Check, Field, Reason, useAct } from '../kit/form.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { forgetAll } from '../kit/live.ts';
import { go, hrefOf, pathOf } from '../kit/place.ts';
import { type Column, Table } from '../kit/table.tsx';
import { Alert, Button } from '../kit/text.tsx';
import { count, deliveries } from '../kit/words.ts';

type DryRun = Shape<'ReplayDryRun'>;

type Props = { onClose: () => void } & ({ filter: Readonly<Record<string, string>> } | { delivery: Shape<'Delivery'> });

/** A replay in three steps: what it would call, why, and begin. Nothing can be begun that was not looked at. */
export function ReplayDialog({ onClose, ...what }: Props) {
  const [found, setFound] = useState<DryRun>();
  const [reason, setReason] = useState('');
  const [wantsCanary, setWantsCanary] = useState(true);
  const [perMinute, setPerMinute] = useState('60');
  // A group of Home reaches to its last look: a replay takes what the dry run took.
  const [filter] = useState('filter' in what ? what.filter : {});
  const one = 'delivery' in what ? what.delivery.id : undefined;
  const path = one ? `${pathOf('/deliveries', one)}/replay` : '/deliveries/replay';
  const isMany = (found?.matched ?? 0) > 1;
  const why = reason.trim();
  const pace = Number(perMinute);
  const canary = isMany && wantsCanary;
  const body = one ? { reason: why } : { filter, perMinute: pace, canary, reason: why };
  const command = one
    ? longshore(`deliveries replay ${quote(one)}`, { reason: why, yes: true })
    : longshore('deliveries replay', { ...filter, 'per-minute': pace, canary, reason: why, yes: true });

  const look = useAct(async () =>
    setFound(await ask('post', path, { body: { ...(!one && { filter }), dryRun: true } })),
  );
  const act = async () => {
    const { replayId } = await ask<Shape<'ReplayStarted'>>('post', path, { body });
    forgetAll();
    go(hrefOf(pathOf('/replays', replayId)));
  };
  return (
    <ActDialog
      {...{ title: 'Replay', verb: 'Start replay', onClose, act }}
      isReady={found !== undefined && found.matched > 0 && why !== '' && pace >= 1}
      before={
        <Button class={found ? '' : 'primary'} act={look}>
          Dry run
        </Button>
      }
      commands={[command, curl('POST', path, { body })]}
    >
      <p class="muted">
        A fresh set of attempts for {one ? 'this delivery' : 'every delivery that the filter matches'}; the old ones
        stay on record.
      </p>
      <p role="status">{found && `${deliveries(found.matched, found.complete)} would be replayed`}</p>
      {found && <Preview found={found} />}
      {found && found.matched > 0 && <Reason value={reason} onInput={setReason} required takesFocus />}
      {found && found.matched > 0 && !one && (
        <>
          <Check
            label="Canary"
            hint="1, then 10, then the rest; the first that fails again stops it."
            checked={canary}
            disabled={!isMany}
            onChange={setWantsCanary}
          />
          <Field label="Per minute" inputMode="numeric" value={perMinute} onInput={setPerMinute} />
        </>
      )}
      <Alert>{look.error}</Alert>
    </ActDialog>
  );
}

const columns: ReadonlyArray<Column<DryRun['calls'][number]>> = [
  ['Calls', (call) => call.count, 'number'],
  ['Action', ({ action }) => action],
  ['Connection', ({ connection }) => connection, 'wide'],
  ['Probed first', ({ probedFirst }) => probedFirst, 'number'],
];

const Preview = ({ found: { calls, leftOut } }: { found: DryRun }) => (
  <>
    <Table name="Calls" columns={columns} rows={calls} idOf={(call) => `${call.connection} ${call.action}`} />
    {leftOut > 0 && (
      <p>
        {count(leftOut, 'delivery is', 'deliveries are')} left out: nobody knows whether they happened, and nothing can
        be read back. Look at the marketplace, and replay each by itself.
      </p>
    )}
  </>
);
