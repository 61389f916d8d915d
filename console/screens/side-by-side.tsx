import { type Delivery, isMissing, type Order, type Parts, useAnswer } from '../kit/hub.ts';
import { Problem, Region, Skeleton } from '../kit/screen.tsx';
import { LinkTo, Raw, State, Time } from '../kit/text.tsx';
import { isIdle } from '../kit/words.ts';
import { pretty } from './events.tsx';

/** What came, what the hub reads in it, and what it told others: side by side, or one below the other on a phone. */
export const SideBySide = ({ order, deliveries }: Parts) => (
  <Region title="Side by side">
    <div class="sides">
      <Region title="Raw">
        <Came order={order} />
      </Region>
      <Region title="Snapshot">
        <p class="muted">As revision {order.revision} reads it.</p>
        <Raw of={snapshotOf(order)} />
      </Region>
      <Region title="Pushed">
        {!deliveries.some(isPush) && <p class="muted">Nothing that was pushed is kept.</p>}
        {deliveries.filter(isPush).map((delivery) => (
          <div key={delivery.id}>
            <p class="muted">
              <State>{delivery.state}</State>{' '}
              <LinkTo list="/deliveries" id={delivery.id}>{`${delivery.action} to ${delivery.connection}`}</LinkTo>
            </p>
            <Raw of={pushedBy(delivery, order)} />
          </div>
        ))}
      </Region>
    </div>
  </Region>
);

/** One that only found that nothing was left to do has told nobody anything. */
const isPush = ({ kind, attempts }: Delivery): boolean =>
  kind === 'push' && (attempts.length === 0 || !attempts.every(isIdle));

/** The body of the last event that the order was read from. */
function Came({ order: { timeline } }: { order: Order }) {
  const last = timeline.findLast(({ detail }) => /^evt_/.test(String(detail.event)));
  const id = String(last?.detail.event ?? '');
  const live = useAnswer(id ? '/events/{id}' : null, { id, everyMs: 60_000 });
  const { value, error } = live;
  if (!id || isMissing(error)) return <p class="muted">Its body is not kept.</p>;
  return (
    <>
      <Problem of={live} />
      {value && (
        <p class="muted">
          <Time at={value.receivedAt} seconds />{' '}
          <LinkTo list="/events" id={id}>{`${value.topic} by ${value.receivedBy}`}</LinkTo>
        </p>
      )}
      {value ? <Raw of={pretty(value.body)} /> : !error && <Skeleton lines={14} />}
    </>
  );
}

const snapshotOf = (order: Order) => {
  const { number, placedAt, paidAt, buyer, shippingAddress, shippingMethod, payment, lines, amounts, note } = order;
  return { number, placedAt, paidAt, buyer, shippingAddress, shippingMethod, payment, lines, amounts, note };
};

/** What a delivery tells its remote about the order, as far as the hub keeps it. */
function pushedBy({ id, subject }: Delivery, { lines, placements, fulfillments }: Order) {
  const placement = placements.find(({ delivery }) => delivery === id);
  const parcel = fulfillments.find((each) => each.id === subject.fulfillment);
  const { number, remoteId } = placement ?? {};
  const { carrier, trackingNumber, shippedAt } = parcel ?? {};
  const units = (placement ?? parcel ?? subject).lineItems?.map((unit) => ({
    ...{ sku: lines.find((line) => line.id === unit.id)?.sku ?? unit.id, quantity: unit.quantity },
  }));
  return { number, remoteId, carrier, trackingNumber, shippedAt, lines: units, input: subject.input };
}
