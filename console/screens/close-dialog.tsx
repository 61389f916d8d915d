import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command.tsx';
import { Field, ReasonDialog } from '../kit/dialog.tsx';
import type { Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';

type Delivery = Shape<'Delivery'>;

interface Props {
  delivery: Delivery;
  onClose: () => void;
  onClosed?: (() => unknown) | undefined;
}

/** A person says that it is done at the remote. */
export function CloseDialog({ delivery: { id, connection, action }, onClose, onClosed }: Props) {
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
      onClose={onClose}
      onDone={() => onClosed?.()}
    >
      <p>
        It will count as done without another attempt, and nothing is sent to {connection}.{' '}
        {action === 'order' && 'The placement is followed from then on. '}What waited for it runs.
      </p>
    </ReasonDialog>
  );
}
