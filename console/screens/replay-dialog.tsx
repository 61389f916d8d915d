import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog, Field, useAct } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { forgetAll } from '../kit/live.ts';
import { go, hrefOf, segment } from '../kit/place.ts';
import { Table } from '../kit/table.tsx';
import { Alert } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

type DryRun = Shape<'ReplayDryRun'>;
type Delivery = Shape<'Delivery'>;

export const isClosable = ({ state }: Delivery): boolean => state === 'dead' || state === 'blocked';

type Props = { onClose: () => void } & ({ filter: Readonly<Record<string, string>> } | { delivery: Delivery });

/** A replay in three steps: what it would call, why, and begin. Nothing can be begun that was not looked at. */
export function ReplayDialog({ onClose, ...what }: Props) {
  const [found, setFound] = useState<DryRun>();
  const [reason, setReason] = useState('');
  const [canary, setCanary] = useState(true);
  const [perMinute, setPerMinute] = useState('60');
  const one = 'delivery' in what ? what.delivery : undefined;
  // A group of Home reaches to its last look: a replay takes what the dry run took.
  const [filter] = useState('filter' in what ? what.filter : {});
  const path = one ? `/deliveries/${segment(one.id)}/replay` : '/deliveries/replay';
  const isMany = (found?.matched ?? 0) > 1;
  const pace = Number(perMinute);
  const body = one
    ? { reason: reason.trim() }
    : { filter, perMinute: pace, canary: isMany && canary, reason: reason.trim() };

  const look = useAct(async () =>
    setFound(await ask('post', path, { body: one ? { dryRun: true } : { filter, dryRun: true } })),
  );
  const start = async () => {
    const { replayId } = await ask<Shape<'ReplayStarted'>>('post', path, { body });
    forgetAll();
    go(hrefOf(`/replays/${segment(replayId)}`));
  };
  const isReady = found !== undefined && found.matched > 0 && reason.trim() !== '' && pace >= 1;
  return (
    <ActDialog
      title="Replay"
      verb="Start replay"
      onClose={onClose}
      act={start}
      isReady={isReady}
      before={
        <button type="button" class={found ? '' : 'primary'} disabled={look.isDoing} onClick={() => void look.run()}>
          Dry run
        </button>
      }
      after={
        <AsCommand
          lines={[
            one
              ? longshore(`deliveries replay ${quote(one.id)}`, { reason: reason.trim(), yes: true })
              : longshore('deliveries replay', {
                  ...filter,
                  'per-minute': pace,
                  canary: isMany && canary,
                  reason: reason.trim(),
                  yes: true,
                }),
            curl('POST', path, { body }),
          ]}
        />
      }
    >
      <p class="muted">
        A fresh set of attempts for {one ? 'this delivery' : 'every delivery that the filter matches'}; the old ones
        stay on record.
      </p>
      <p role="status">{found && told(found)}</p>
      {found && <Preview found={found} />}
      {found && found.matched > 0 && (
        <>
          <Field
            label="Reason"
            value={reason}
            onInput={setReason}
            required
            hint="Kept on record beside your key’s name."
          />
          {!one && (
            <>
              <label class="check">
                <input
                  type="checkbox"
                  checked={isMany && canary}
                  disabled={!isMany}
                  onChange={({ currentTarget }) => setCanary(currentTarget.checked)}
                  aria-describedby="canary-hint"
                />
                Canary
              </label>
              <p class="muted hint" id="canary-hint">
                1, then 10, then the rest; the first that fails again stops it.
              </p>
              <Field label="Per minute" isNumber value={perMinute} onInput={setPerMinute} />
            </>
          )}
        </>
      )}
      <Alert>{look.error}</Alert>
    </ActDialog>
  );
}

const told = ({ matched, complete }: DryRun): string =>
  `${count(matched, 'delivery', 'deliveries', complete)} would be replayed`;

function Preview({ found: { calls, leftOut } }: { found: DryRun }) {
  return (
    <>
      {calls.length > 0 && (
        <Table
          name="Calls"
          rows={calls}
          idOf={({ connection, action }) => `${connection} ${action}`}
          columns={[
            { title: 'Calls', cell: (call) => call.count, kind: 'number' },
            { title: 'Action', cell: ({ action }) => action },
            { title: 'Connection', cell: ({ connection }) => connection, kind: 'wide' },
            { title: 'Probed first', cell: ({ probedFirst }) => probedFirst, kind: 'number' },
          ]}
        />
      )}
      {leftOut > 0 && (
        <p>
          {count(leftOut, 'delivery is', 'deliveries are')} left out: nobody knows whether they happened, and nothing
          can be read back. Look at the marketplace, and replay each by itself.
        </p>
      )}
    </>
  );
}
