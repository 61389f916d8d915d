import { useState } from 'preact/hooks';
import { useAct } from '../kit/dialog.tsx';
import { ask, may, type Shape } from '../kit/hub.ts';
import { segment } from '../kit/place.ts';
import { Facts, Region } from '../kit/screen.tsx';
import { Alert, Outside } from '../kit/text.tsx';
import { ADDRESS, type AddressMember } from '../kit/words.ts';
import { AddressDialog, missingOf } from './address-dialog.tsx';

type Order = Shape<'Order'>;
type Delivery = Shape<'Delivery'>;

interface ShipToProps {
  id: string;
  order: Order;
  deliveries: Delivery[];
  isEditing: boolean;
  onEdit: (isEditing: boolean) => void;
  onSaved: () => Promise<void>;
}

/** The address, masked until it is revealed; that lasts until the page is left. */
export function ShipTo({ id, order, deliveries, isEditing, onEdit, onSaved }: ShipToProps) {
  const [revealed, setRevealed] = useState<Order>();
  const reveal = useAct(async () => setRevealed(await ask('post', `/orders/${segment(id)}/reveal`)));
  const { shippingAddress: address, buyer } = revealed ?? order;
  const missing = missingOf(deliveries);
  const members = (Object.keys(ADDRESS) as AddressMember[]).filter((member) => address[member]);
  const waiting = deliveries.filter(({ state, cause }) => state === 'blocked' && cause?.code === 'address_incomplete');
  return (
    <Region
      title="Ship to"
      actions={
        <>
          {!revealed && (
            <button type="button" disabled={reveal.isDoing} onClick={() => void reveal.run()}>
              Reveal
            </button>
          )}
          {may('ops') && (
            <button type="button" onClick={() => onEdit(true)}>
              Edit address…
            </button>
          )}
        </>
      }
    >
      <Alert>{reveal.error}</Alert>
      {waiting.length > 0 && waiting[0]?.cause && (
        <p class="needs">
          <Outside>{waiting[0].cause.description}</Outside>
        </p>
      )}
      <Facts>
        {[
          ...members.map((member) => [ADDRESS[member], <Outside key={member}>{address[member]}</Outside>] as const),
          !address.email && buyer.email ? (['E-mail', <Outside key="email">{buyer.email}</Outside>] as const) : null,
        ]}
      </Facts>
      {isEditing && (
        <AddressDialog
          id={id}
          missing={missing}
          releases={waiting.length}
          onClose={() => onEdit(false)}
          onSaved={async () => {
            setRevealed(undefined);
            await onSaved();
          }}
        />
      )}
    </Region>
  );
}
