import { useReveal } from '../kit/dialog.tsx';
import { may, type Shape } from '../kit/hub.ts';
import { pathOf } from '../kit/place.ts';
import { Facts, Region } from '../kit/screen.tsx';
import { Alert, Button, Outside } from '../kit/text.tsx';
import { ADDRESS, type AddressMember } from '../kit/words.ts';
import { AddressDialog, missingOf } from './address-dialog.tsx';

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
