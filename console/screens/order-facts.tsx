import type { Shape } from '../kit/hub.ts';
import { Facts, Region } from '../kit/screen.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { Code, ForeignLink, Id, LinkTo } from '../kit/text.tsx';
import { Time } from '../kit/time.tsx';
import { money } from '../kit/words.ts';
import { LeavesBy } from './orders.tsx';

type Order = Shape<'Order'>;

/** What else is known of it. */
export function Details({ order }: { order: Order }) {
  const { connection, externalId, placedAt, paidAt, fulfillments, market, payment, shippingMethod, ucp } = order;
  const { permalink_url: permalink } = ucp as { permalink_url?: string };
  const parcels = fulfillments.map(({ id, carrier, trackingNumber, trackingUrl }) => (
    <div key={id}>
      <ForeignLink href={trackingUrl}>{`${carrier.toUpperCase()} ${trackingNumber}`}</ForeignLink>
    </div>
  ));
  return (
    <Region title="Details">
      <Facts
        of={{
          'Sold on': <LinkTo list="/connections" id={connection} />,
          There: (
            <ForeignLink href={permalink}>
              <Id>{externalId}</Id>
            </ForeignLink>
          ),
          Market: market?.name && [market.name, market.reference].filter(Boolean).join(' '),
          Placed: <Time at={placedAt} />,
          Paid: <Time at={paidAt} />,
          Payment: payment?.method && `${payment.method}, ${payment.state}`,
          Method: shippingMethod?.name ?? shippingMethod?.code,
          'Leaves by': <LeavesBy {...order} />,
          Parcel: parcels.length > 0 && parcels,
        }}
      />
    </Region>
  );
}

const columnsIn = (currency: string): ReadonlyArray<Column<Shape<'Line'>>> => [
  ['SKU', ({ sku }) => sku && <Code>{sku}</Code>],
  ['Title', ({ title }) => title, 'wide'],
  ['Ordered', ({ quantity }) => quantity, 'number'],
  ['Placed', ({ placed }) => placed, 'number'],
  ['Shipped', ({ fulfilled }) => fulfilled, 'number'],
  ['Cancelled', ({ cancelled }) => cancelled, 'number'],
  ['Returned', ({ returned }) => returned, 'number'],
  ['Price', ({ total }) => money(total, currency), 'number'],
];

/** What was bought, in units and in money. */
export function Lines({ order: { lines, amounts, taxIncluded } }: { order: Order }) {
  const { currency, goods, shipping, discount, tax, total } = amounts;
  const sums = { Goods: goods, Shipping: shipping, Discount: discount, [taxIncluded ? 'Tax, included' : 'Tax']: tax };
  const told = Object.entries({ ...sums, Total: total }).flatMap(([name, amount]) =>
    amount ? [[name, money(amount, currency)]] : [],
  );
  return (
    <Region title="Lines">
      <Table name="Lines" rows={lines} columns={columnsIn(currency)} />
      <Facts of={Object.fromEntries(told)} />
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
            <Code>{path}</Code>
          </li>
        ))}
      </ul>
    </Region>
  );
}
