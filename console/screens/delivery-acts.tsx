import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command.tsx';
import { ReasonDialog } from '../kit/dialog.tsx';
import { Field } from '../kit/form.tsx';
import type { Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Button } from '../kit/text.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

type Delivery = Shape<'Delivery'>;
type Verb = 'replay' | 'close';

export const isClosable = ({ state }: Delivery): boolean => state === 'dead' || state === 'blocked';
const mayBe: Readonly<Record<Verb, (delivery: Delivery) => boolean>> = {
  replay: ({ state }) => state !== 'leased',
  close: isClosable,
};

/** What a person may do with deliveries: by key, by button, and in which dialog. */
export function useActs(onClosed?: () => unknown) {
  const [acting, setActing] = useState<{ verb: Verb; delivery: Delivery }>();
  const act = (verb: Verb) => (delivery: Delivery | undefined) =>
    delivery && mayBe[verb](delivery) ? setActing({ verb, delivery }) : false;
  const props = acting && { delivery: acting.delivery, onClose: () => setActing(undefined) };
  return {
    act,
    keys: { r: act('replay'), c: act('close') },
    buttons: (delivery: Delivery) => (
      <span class="actions">
        {mayBe.replay(delivery) && <Button onClick={() => act('replay')(delivery)}>Replay…</Button>}
        {mayBe.close(delivery) && <Button onClick={() => act('close')(delivery)}>Close…</Button>}
      </span>
    ),
    dialog:
      props &&
      (acting.verb === 'replay' ? <ReplayDialog {...props} /> : <CloseDialog {...props} onClosed={onClosed} />),
  };
}

interface CloseProps {
  delivery: Delivery;
  onClose: () => void;
  onClosed?: (() => unknown) | undefined;
}

/** A person says that it is done at the remote. */
function CloseDialog({ delivery: { id, connection, action }, onClose, onClosed }: CloseProps) {
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
