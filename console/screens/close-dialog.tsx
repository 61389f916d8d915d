import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog, Field } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { segment } from '../kit/place.ts';

interface Props {
  delivery: Shape<'Delivery'>;
  onClose: () => void;
  onClosed: () => void;
}

/** A person says that it is done at the remote. */
export function CloseDialog({ delivery, onClose, onClosed }: Props) {
  const [reason, setReason] = useState('');
  const [remoteId, setRemoteId] = useState('');
  const path = `/deliveries/${segment(delivery.id)}/close`;
  const body = { reason: reason.trim(), ...(remoteId.trim() && { remoteId: remoteId.trim() }) };
  const act = async () => {
    await ask('post', path, { body });
    onClosed();
    onClose();
  };
  const follows =
    delivery.action === 'order'
      ? 'The placement is followed from then on, and what waited for it runs.'
      : 'What waited for it runs.';
  return (
    <ActDialog
      title="Close delivery"
      verb="Close delivery"
      onClose={onClose}
      act={act}
      isReady={reason.trim() !== ''}
      after={
        <AsCommand
          lines={[
            longshore(`deliveries close ${quote(delivery.id)}`, {
              reason: body.reason,
              'remote-id': body.remoteId,
              yes: true,
            }),
            curl('POST', path, { body }),
          ]}
        />
      }
    >
      <p>
        It will count as done without another attempt, and nothing is sent to {delivery.connection}. {follows}
      </p>
      <Field label="Reason" value={reason} onInput={setReason} required hint="Kept on record beside your key’s name." />
      <Field
        label="Remote id"
        value={remoteId}
        onInput={setRemoteId}
        maxLength={200}
        hint="What it is called there, if you know."
      />
    </ActDialog>
  );
}
