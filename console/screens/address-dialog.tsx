import { useState } from 'preact/hooks';
import { curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog, Field } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { ADDRESS, type AddressMember, count } from '../kit/words.ts';

/** A member as a cause names it, with the shipper's own word for it. */
const NAMED = /shippingAddress\.(\w+)(?: \(([^)]+)\))?/g;

/** The members that blocked deliveries name as missing, with the words that name them. */
export function missingOf(blocked: ReadonlyArray<Shape<'Delivery'>>): ReadonlyMap<AddressMember, string> {
  const named = blocked
    .flatMap(({ cause }) => [...(cause?.description ?? '').matchAll(NAMED)])
    .filter(([, member = '']) => member in ADDRESS)
    // The one with a word of its own comes last, and wins.
    .sort(([, , a = ''], [, , b = '']) => a.length - b.length);
  return new Map(named.map(([, member, word]) => [member as AddressMember, word ?? ADDRESS[member as AddressMember]]));
}

interface Props {
  id: string;
  missing: ReadonlyMap<AddressMember, string>;
  /** Blocked deliveries that a correction lets run again. */
  releases: number;
  onClose: () => void;
  onSaved: () => Promise<unknown>;
}

/** Corrects what is filled in and nothing else: what stands there is never shown for it. */
export function AddressDialog({ id, missing, releases, onClose, onSaved }: Props) {
  const [given, setGiven] = useState<Partial<Record<AddressMember, string>>>({});
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
  const path = pathOf('/orders', id);
  const body = { shippingAddress: filled };
  const words = [id, ...Object.entries(filled).map(([name, value]) => `${name}=${value}`)].map(quote).join(' ');
  const act = async () => {
    await ask('patch', path, { body });
    await onSaved();
    onClose();
  };
  return (
    <ActDialog
      {...{ title: 'Edit address', verb: 'Save', onClose, act }}
      isReady={Object.keys(filled).length > 0}
      commands={[longshore(`orders correct ${words}`), curl('PATCH', path, { body })]}
    >
      <p>
        Only what you fill in is changed.{' '}
        {releases === 0
          ? 'No delivery waits for it.'
          : `${count(releases, 'delivery waits', 'deliveries wait')} for it, and what waits runs then by itself.`}
      </p>
      {missing.size > 0 && (
        <ul class="needs">
          {[...missing].map(([member, word]) => (
            <li key={member}>
              {word} is missing: {ADDRESS[member]}
            </li>
          ))}
        </ul>
      )}
      <div class="fields">
        {(Object.keys(ADDRESS) as AddressMember[]).map((member) => (
          <Field
            key={member}
            label={ADDRESS[member]}
            value={given[member] ?? ''}
            maxLength={200}
            onInput={(value) => setGiven({ ...given, [member]: value })}
            {...(missing.has(member) && !given[member] && { hint: 'Missing', 'aria-invalid': true })}
          />
        ))}
      </div>
    </ActDialog>
  );
}
