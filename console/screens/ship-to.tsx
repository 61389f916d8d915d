import { useState } from 'preact/hooks';
import { curl, longshore, quote } from '../kit/command.tsx';
import { ActDialog } from '../kit/dialog.tsx';
import { Field, useReveal } from '../kit/form.tsx';
import { ask, may, type Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Facts, Region } from '../kit/screen.tsx';
import { Alert, Button, Outside } from '../kit/text.tsx';
import { ADDRESS, type AddressMember, count } from '../kit/words.ts';

type Order = Shape<'Order'>;

interface ShipToProps {
  id: string;
  order: Order;
  deliveries: ReadonlyArray<Shape<'Delivery'>>;
  isEditing: boolean;
  onEdit: (isEditing: boolean) => void;
  onSaved: () => Promise<unknown>;
}

/** The address, masked until it is revealed; that lasts until the page is left. */
export function ShipTo({ id, order, deliveries, isEditing, onEdit, onSaved }: ShipToProps) {
  const { revealed, button, error, forget } = useReveal<Order>(pathOf('/orders', id));
  const { shippingAddress: address, buyer } = revealed ?? order;
  const waiting = deliveries.filter(({ state, cause }) => state === 'blocked' && cause?.code === 'address_incomplete');
  const facts = Object.entries(ADDRESS).map(([member, label]) => [label, address[member as AddressMember]]);
  return (
    <Region
      title="Ship to"
      actions={
        <>
          {button}
          {may('ops') && <Button onClick={() => onEdit(true)}>Edit address…</Button>}
        </>
      }
    >
      <Alert>{error}</Alert>
      {waiting[0]?.cause && (
        <p class="needs">
          <Outside>{waiting[0].cause.description}</Outside>
        </p>
      )}
      <Facts of={{ ...Object.fromEntries(facts), 'E-mail': address.email ?? buyer.email }} />
      {isEditing && (
        <AddressDialog
          id={id}
          missing={missingOf(waiting)}
          releases={waiting.length}
          onClose={() => onEdit(false)}
          onSaved={() => {
            forget();
            return onSaved();
          }}
        />
      )}
    </Region>
  );
}

/** A member as a cause names it, with the shipper's own word for it. */
const NAMED = /shippingAddress\.(\w+)(?: \(([^)]+)\))?/g;

/** The members that blocked deliveries name as missing, with the words that name them. */
function missingOf(blocked: ReadonlyArray<Shape<'Delivery'>>): ReadonlyMap<AddressMember, string> {
  const named = blocked
    .flatMap(({ cause }) => [...(cause?.description ?? '').matchAll(NAMED)])
    .filter(([, member = '']) => member in ADDRESS)
    // The one with a word of its own comes last, and wins.
    .sort(([, , a = ''], [, , b = '']) => a.length - b.length);
  return new Map(named.map(([, member, word]) => [member as AddressMember, word ?? ADDRESS[member as AddressMember]]));
}

interface AddressProps {
  id: string;
  missing: ReadonlyMap<AddressMember, string>;
  /** Blocked deliveries that a correction lets run again. */
  releases: number;
  onClose: () => void;
  onSaved: () => Promise<unknown>;
}

/** Corrects what is filled in and nothing else: what stands there is never shown for it. */
function AddressDialog({ id, missing, releases, onClose, onSaved }: AddressProps) {
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
