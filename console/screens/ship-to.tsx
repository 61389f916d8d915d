import { useState } from 'preact/hooks';
import { curl, longshore, quote } from '../kit/command-line.ts';
import { ActDialog, openDialog } from '../kit/dialog.tsx';
import { Field, useReveal } from '../kit/form.tsx';
import { ask, type Delivery, may, type Order } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Facts, Region } from '../kit/screen.tsx';
import { Button, Words } from '../kit/text.tsx';
import { ADDRESS, type AddressMember, count } from '../kit/words.ts';

const MEMBERS = Object.entries(ADDRESS) as ReadonlyArray<[AddressMember, string]>;

interface Props {
  id: string;
  deliveries: readonly Delivery[];
}

/** Those that a corrected address lets run again. */
const waitingOf = (deliveries: readonly Delivery[]): Delivery[] =>
  deliveries.filter(({ state, cause }) => state === 'blocked' && cause?.code === 'address_incomplete');

/** The address, masked until it is revealed; that lasts until the page is left, or the address is another. */
export function ShipTo({ id, order, deliveries }: Props & { order: Order }) {
  const corrections = order.timeline.filter(({ type }) => type === 'address.corrected').length;
  const { revealed, button } = useReveal<Order>(pathOf('/orders', id), corrections);
  const { shippingAddress: address, buyer } = revealed ?? order;
  const facts = MEMBERS.map(([member, label]) => [label, address[member]]);
  const edit = () => openDialog(<AddressDialog {...{ id, deliveries }} />);
  return (
    <Region title="Ship to" actions={[button, may('ops') && <Button onClick={edit}>Edit address…</Button>]}>
      <Words class="needs">{waitingOf(deliveries)[0]?.cause?.description}</Words>
      <Facts of={{ ...Object.fromEntries(facts), 'E-mail': address.email ?? buyer.email }} />
    </Region>
  );
}

/** A member as a cause names it, with the shipper's own word for it. */
const NAMED = /shippingAddress\.(\w+)(?: \(([^)]+)\))?/g;

/** The members that blocked deliveries name as missing, with the words that name them. */
function missingOf(blocked: readonly Delivery[]): ReadonlyMap<AddressMember, string> {
  const named = blocked
    .flatMap(({ cause }) => [...(cause?.description ?? '').matchAll(NAMED)])
    .filter(([, member = '']) => member in ADDRESS)
    // The one with a word of its own comes last, and wins.
    .sort(([, , a = ''], [, , b = '']) => a.length - b.length);
  return new Map(named.map(([, member, word]) => [member as AddressMember, word ?? ADDRESS[member as AddressMember]]));
}

/** Corrects what is filled in and nothing else: what stands there is never shown for it. */
export function AddressDialog({ id, deliveries }: Props) {
  const [given, setGiven] = useState<Partial<Record<AddressMember, string>>>({});
  const waiting = waitingOf(deliveries);
  const missing = missingOf(waiting);
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
  const path = pathOf('/orders', id);
  const body = { shippingAddress: filled };
  const words = [id, ...Object.entries(filled).map(([name, value]) => `${name}=${value}`)].map(quote).join(' ');
  return (
    <ActDialog
      title="Edit address"
      verb="Save"
      act={() => ask('patch', path, { body })}
      isReady={Object.keys(filled).length > 0}
      commands={[longshore(`orders correct ${words}`), curl('PATCH', path, { body })]}
    >
      <p>
        Only what you fill in is changed.{' '}
        {waiting.length === 0
          ? 'No delivery waits for it.'
          : `${count(waiting.length, 'delivery waits', 'deliveries wait')} for it, and what waits runs then by itself.`}
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
            {...(missing.has(member) && !given[member] && { hint: 'Missing', 'aria-invalid': true })}
          />
        ))}
      </div>
    </ActDialog>
  );
}
