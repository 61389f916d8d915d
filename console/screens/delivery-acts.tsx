import { useState } from 'preact/hooks';
import type { Shape } from '../kit/hub.ts';
import { Button } from '../kit/text.tsx';
import { CloseDialog } from './close-dialog.tsx';
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
