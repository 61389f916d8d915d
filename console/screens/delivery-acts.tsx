import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command-line.ts';
import { openDialog, ReasonDialog } from '../kit/dialog.tsx';
import { Field } from '../kit/form.tsx';
import type { Delivery } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Button } from '../kit/text.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

export const isClosable = ({ state }: Delivery): boolean => state === 'dead' || state === 'blocked';
const isReplayable = ({ state }: Delivery): boolean => state !== 'leased';

/** What a person may do with a delivery, by the key that does it. */
export const acts = {
  r: (of?: Delivery) => of !== undefined && isReplayable(of) && openDialog(<ReplayDialog delivery={of} />),
  c: (of?: Delivery) => of !== undefined && isClosable(of) && openDialog(<CloseDialog {...of} />),
};

export const ActButtons = ({ of }: { of: Delivery }) => (
  <span class="actions">
    {isReplayable(of) && <Button onClick={() => acts.r(of)}>Replay…</Button>}
    {isClosable(of) && <Button onClick={() => acts.c(of)}>Close…</Button>}
  </span>
);

/** A person says that it is done at the remote. */
function CloseDialog({ id, connection, action }: Delivery) {
  const [given, setGiven] = useState('');
  const remoteId = given.trim();
  return (
    <ReasonDialog
      title="Close delivery"
      path={`${pathOf('/deliveries', id)}/close`}
      body={remoteId ? { remoteId } : {}}
      command={(reason) => longshore(`deliveries close ${quote(id)}`, { reason, 'remote-id': remoteId, yes: true })}
      more={
        <Field
          label="Remote id"
          value={given}
          onInput={setGiven}
          maxLength={200}
          hint="What it is called there, if you know."
        />
      }
    >
      <p>
        It will count as done without another attempt, and nothing is sent to {connection}.{' '}
        {action === 'order' && 'The placement is followed from then on. '}What waited for it runs.
      </p>
    </ReasonDialog>
  );
}
