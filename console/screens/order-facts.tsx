import type { Shape } from '../kit/hub.ts';
import { Facts, Region } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { ForeignLink, Id, LinkTo, Outside, State, Time } from '../kit/text.tsx';
import { money } from '../kit/words.ts';

type Order = Shape<'Order'>;

/** What else is known of it. */
export function Details({ order }: { order: Order }) {
  const { connection, externalId, placedAt, paidAt, shipBy, late, fulfillments, market, payment, shippingMethod, ucp } =
    order;
  const { permalink_url: permalink } = ucp as { permalink_url?: string };
  return (
    <Region title="Details">
      <Facts>
        {[
          [
            'Sold on',
            <LinkTo key="on" list="/connections" id={connection}>
              <Outside>{connection}</Outside>
            </LinkTo>,
          ],
          [
            'There',
            <ForeignLink key="there" href={permalink}>
              <Id>{externalId}</Id>
            </ForeignLink>,
          ],
          market?.name
            ? ([
                'Market',
                <Outside key="market">{[market.name, market.reference].filter(Boolean).join(' ')}</Outside>,
              ] as const)
            : null,
          ['Placed', <Time key="placed" at={placedAt} />],
          ['Paid', <Time key="paid" at={paidAt} />],
          payment?.method
            ? (['Payment', <Outside key="payment">{`${payment.method}, ${payment.state}`}</Outside>] as const)
            : null,
          shippingMethod?.name || shippingMethod?.code
            ? (['Method', <Outside key="method">{shippingMethod.name ?? shippingMethod.code}</Outside>] as const)
            : null,
          [
            'Leaves by',
            <span key="by">
              <Time at={shipBy} /> {late && <State as="late">overdue</State>}
            </span>,
          ],
          ...fulfillments.map(
            ({ id, carrier, trackingNumber, trackingUrl }) =>
              [
                'Parcel',
                <ForeignLink key={id} href={trackingUrl}>
                  <Outside>{`${carrier.toUpperCase()} ${trackingNumber}`}</Outside>
                </ForeignLink>,
              ] as const,
          ),
        ]}
      </Facts>
    </Region>
  );
}

type Line = Shape<'Line'>;

/** What was bought, in units and in money. */
export function Lines({ order: { lines, amounts, taxIncluded } }: { order: Order }) {
  const { currency } = amounts;
  const sums = [
    ['Goods', amounts.goods],
    ['Shipping', amounts.shipping],
    ['Discount', amounts.discount],
    [taxIncluded ? 'Tax, included' : 'Tax', amounts.tax],
    ['Total', amounts.total],
  ] as const;
  return (
    <Region title="Lines">
      <Table<Line>
        name="Lines"
        rows={lines}
        idOf={({ id }) => id}
        columns={[
          { title: 'SKU', cell: ({ sku }) => <Id>{sku || '–'}</Id> },
          { title: 'Title', cell: ({ title }) => <Outside>{title}</Outside>, kind: 'wide' },
          { title: 'Ordered', cell: ({ quantity }) => quantity, kind: 'number' },
          { title: 'Placed', cell: ({ placed }) => placed, kind: 'number' },
          { title: 'Shipped', cell: ({ fulfilled }) => fulfilled, kind: 'number' },
          { title: 'Cancelled', cell: ({ cancelled }) => cancelled, kind: 'number' },
          { title: 'Returned', cell: ({ returned }) => returned, kind: 'number' },
          { title: 'Price', cell: ({ total }) => money(total, currency), kind: 'number' },
        ]}
      />
      <Facts>{sums.map(([name, amount]) => (amount ? ([name, money(amount, currency)] as const) : null))}</Facts>
    </Region>
  );
}

/** What of its body nobody reads. */
export function Unread({ paths }: { paths: readonly string[] }) {
  if (paths.length === 0) return null;
  return (
    <Region title="Unread">
      <p class="muted">Members of its body that no mapper reads.</p>
      <ul class="paths">
        {paths.map((path) => (
          <li key={path}>
            <code>
              <Outside>{path}</Outside>
            </code>
          </li>
        ))}
      </ul>
    </Region>
  );
}
