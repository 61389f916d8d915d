import { useState } from 'preact/hooks';
import { AsCommand, curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog, Field } from '../kit/dialog.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { segment } from '../kit/place.ts';
import { ADDRESS, type AddressMember, count } from '../kit/words.ts';

const MEMBERS = Object.entries(ADDRESS) as Array<[AddressMember, string]>;

/** A member as a cause names it, with the shipper's own word for it. */
const NAMED = /shippingAddress\.(\w+)(?: \(([^)]+)\))?/g;

/** The members that blocked deliveries name as missing, with the words that name them. */
export function missingOf(deliveries: ReadonlyArray<Shape<'Delivery'>>): ReadonlyMap<AddressMember, string> {
  const words = deliveries.flatMap(({ state, cause }) =>
    state === 'blocked' && cause?.code === 'address_incomplete' ? [cause.description] : [],
  );
  const named = words.flatMap((each) => [...each.matchAll(NAMED)]).filter(([, member = '']) => member in ADDRESS);
  // The one with a word of its own comes last, and wins.
  const sorted = named.sort(([, , a = ''], [, , b = '']) => a.length - b.length);
  return new Map(sorted.map(([, member, word]) => [member as AddressMember, word ?? ADDRESS[member as AddressMember]]));
}

interface Props {
  id: string;
  missing: ReadonlyMap<AddressMember, string>;
  /** Blocked deliveries that a correction lets run again. */
  releases: number;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

/** Corrects what is filled in and nothing else: what stands there is never shown for it. */
export function AddressDialog({ id, missing, releases, onClose, onSaved }: Props) {
  const [given, setGiven] = useState<Partial<Record<AddressMember, string>>>({});
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
  const path = `/orders/${segment(id)}`;
  const body = { shippingAddress: filled };
  const act = async () => {
    await ask('patch', path, { body });
    await onSaved();
    onClose();
  };
  return (
    <ActDialog
      title="Edit address"
      verb="Save"
      onClose={onClose}
      act={act}
      isReady={Object.keys(filled).length > 0}
      after={<AsCommand lines={[correction(id, filled), curl('PATCH', path, { body })]} />}
    >
      <p>
        Only what you fill in is changed.{' '}
        {releases > 0
          ? `${count(releases, 'delivery waits', 'deliveries wait')} for it and ${releases === 1 ? 'runs' : 'run'} then by ${releases === 1 ? 'itself' : 'themselves'}.`
          : 'No delivery waits for it.'}
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
        {MEMBERS.map(([member, label]) => (
          <Field
            key={member}
            label={label}
            value={given[member] ?? ''}
            maxLength={200}
            onInput={(value) => setGiven({ ...given, [member]: value })}
            hint={missing.has(member) ? 'Missing' : undefined}
          />
        ))}
      </div>
    </ActDialog>
  );
}

const correction = (id: string, filled: Readonly<Record<string, string>>): string =>
  longshore(
    ['orders correct', quote(id), ...Object.entries(filled).map(([name, value]) => quote(`${name}=${value}`))].join(
      ' ',
    ),
  );
