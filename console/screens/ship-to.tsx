import { useState } from 'preact/hooks';
import { longshore, quote } from '../kit/command-line.ts';
import { ActDialog, openDialog } from '../kit/dialog.tsx';
import { Field, useReveal } from '../kit/form.tsx';
import { type Delivery, may, type Order, type Parts } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Facts, Items, Region } from '../kit/screen.tsx';
import { Button, Words } from '../kit/text.tsx';
import { count } from '../kit/words.ts';

/** The label of each part of an address, in the order in which it is written on a parcel. */
const ADDRESS = {
  first_name: 'First name',
  last_name: 'Last name',
  company: 'Company',
  street_address: 'Street',
  extended_address: 'Street, line 2',
  address_locality: 'City',
  address_region: 'Region',
  postal_code: 'Postal code',
  address_country: 'Country',
  phone_number: 'Phone',
  email: 'E-mail',
} as const;
type AddressMember = keyof typeof ADDRESS;
const MEMBERS = Object.entries(ADDRESS) as ReadonlyArray<[AddressMember, string]>;

/** The deliveries that a corrected address sets going again. */
const waitingOf = (deliveries: readonly Delivery[]): Delivery[] =>
  deliveries.filter(({ state, cause }) => state === 'blocked' && cause?.code === 'address_incomplete');

/** The address, masked until revealed; masked again when the page is left or the address changes. */
export function ShipTo(parts: Parts) {
  const { order, deliveries } = parts;
  const corrections = order.timeline.filter(({ type }) => type === 'address.corrected').length;
  const { revealed, button } = useReveal<Order>(pathOf('/orders', order.id), corrections);
  const { shippingAddress: address, buyer } = revealed ?? order;
  const facts = MEMBERS.map(([member, label]) => [label, address[member]]);
  const edit = () => openDialog(<AddressDialog {...parts} />);
  return (
    <Region title="Ship to" actions={[button, may('ops') && <Button says="Edit address…" onClick={edit} />]}>
      <Words class="needs">{waitingOf(deliveries)[0]?.cause?.description}</Words>
      <Facts of={{ ...Object.fromEntries(facts), 'E-mail': address.email ?? buyer.email }} />
    </Region>
  );
}

/** A member as a cause names it, with the shipper's own name for it. */
const NAMED = /shippingAddress\.(\w+)(?: \(([^)]+)\))?/g;

/** The members that blocked deliveries name as missing, with the shipper's names for them. */
function missingOf(blocked: readonly Delivery[]): ReadonlyMap<AddressMember, string> {
  const named = blocked
    .flatMap(({ cause }) => [...(cause?.description ?? '').matchAll(NAMED)])
    .filter(([, member = '']) => member in ADDRESS)
    // A shipper's own name sorts last, and wins.
    .sort(([, , a = ''], [, , b = '']) => a.length - b.length);
  return new Map(named.map(([, member, word]) => [member as AddressMember, word ?? ADDRESS[member as AddressMember]]));
}

/** Corrects only the members that are filled in; the present values are not shown. */
export function AddressDialog({ order: { id }, deliveries }: Parts) {
  const [given, setGiven] = useState<Partial<Record<AddressMember, string>>>({});
  const waiting = waitingOf(deliveries);
  const isGivenUp = deliveries.some(({ state, action }) => state === 'dead' && action === 'order');
  const missing = missingOf(waiting);
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
  const words = [id, ...Object.entries(filled).map(([name, value]) => `${name}=${value}`)].map(quote).join(' ');
  return (
    <ActDialog
      title="Edit address"
      verb="Save"
      method="patch"
      path={pathOf('/orders', id)}
      body={{ shippingAddress: filled }}
      isReady={Object.keys(filled).length > 0}
      asks="nothing"
      command={() => longshore(`orders correct ${words}`)}
    >
      <p>
        Only what you fill in is changed.{' '}
        {waiting.length === 0
          ? `No delivery waits for it${isGivenUp ? '; what was given up is to be replayed then' : ''}.`
          : `${count(waiting.length, 'delivery waits for it and runs by itself', 'deliveries wait for it and run by themselves')} then.`}
      </p>
      <Items class="needs" of={[...missing].map(([member, word]) => `${word} is missing: ${ADDRESS[member]}`)} />
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
