import { openDialog } from '../kit/dialog.tsx';
import {
  type Delivery,
  isMissing,
  type Live,
  may,
  type Parts,
  type Order as Read,
  type Shape,
  useAnswer,
} from '../kit/hub.ts';
import { useKeys } from '../kit/keyboard.ts';
import { Facts, Items, MayOnly, NoSuch, Problem, Region, Screen } from '../kit/screen.tsx';
import { type Columns, linked, Table } from '../kit/table.tsx';
import { Button, Code, Cure, ForeignLink, Id, LinkTo, State, show, Time } from '../kit/text.tsx';
import { causeText, isByHand, money, nameOr } from '../kit/words.ts';
import { ActButtons, acts, isClosable } from './deliveries.tsx';
import { LeavesBy } from './orders.tsx';
import { AddressDialog, ShipTo } from './ship-to.tsx';
import { SideBySide } from './side-by-side.tsx';
import { Story } from './story.tsx';

/** One page, one story: where an order stands, and how it got there. */
export function Order({ id }: { id: string }) {
  const live = useAnswer('/orders/{id}', { id });
  const explained = useAnswer('/orders/{id}/explanation', { id });
  // The id may be that of a part of the order at its sales channel.
  const order = live.value;
  // What the key may not see is not asked for.
  const told = useAnswer(may('ops') ? '/deliveries' : null, { query: { order: order?.id ?? id, limit: 200 } });
  const parts = may('ops') ? [live, explained, told] : [live, explained];
  const { error } = live;
  const deliveries = told.value?.deliveries ?? [];
  const stopped = () => (document.activeElement?.closest('tr') ? undefined : deliveries.find(isClosable));
  useKeys({ r: () => acts.r(stopped()), c: () => acts.c(stopped()) });
  if (isMissing(error)) return <NoSuch noun="order" />;
  if (!order || parts.some((part) => !part.value && !part.error))
    return <Screen title="Order" of={{ ...live, value: undefined }} />;
  return (
    <Screen
      title={nameOr(id, order.number)}
      actions={<State as={order.late ? 'late' : order.status}>{order.status}</State>}
      of={live}
    >
      <WhereItStands {...{ order, deliveries, explained }} />
      <div class="columns">
        <Story {...{ order, deliveries }} />
        <div>
          <ShipTo {...{ order, deliveries }} />
          <Region title="Details">
            <Facts of={factsOf(order)} />
          </Region>
        </div>
      </div>
      <Lines order={order} />
      <Region title="Unread" when={order.unread.length > 0}>
        <p class="muted">Members of its body that no mapper reads.</p>
        <Items of={order.unread.map((path) => <Code key={path}>{path}</Code>)} />
      </Region>
      <Region title="Deliveries" of={told}>
        {!may('ops') && <MayOnly />}
        <Table
          name="Deliveries"
          columns={columns}
          rows={told.value?.deliveries}
          empty={order.deliveries.length === 0 ? NOTHING : GONE}
          keys={acts}
          isMain
        />
      </Region>
      {may('ops') && <SideBySide {...{ order, deliveries }} />}
    </Screen>
  );
}

const NOTHING = 'None: nothing is to be told to anybody.';
const GONE = 'None any more: what went well is not kept as long as the order.';

const columns: Columns<Delivery> = [
  linked('Action', '/deliveries', ({ id, action }) => [id, action]),
  ['Connection', ({ connection }) => connection],
  ['State', ({ state }) => <State>{state}</State>],
  ['Attempts', ({ attemptCount }) => attemptCount, 'number'],
  ['Next attempt', ({ nextAttemptAt }) => <Time at={nextAttemptAt} seconds />],
  ['Cause', ({ cause }) => causeText(cause), 'wide'],
  ['Do', (delivery) => <ActButtons of={delivery} />],
];

const WHO: Readonly<Record<string, string>> = {
  you: 'You must act',
  shipper: 'Its shipper must act',
  marketplace: 'The marketplace must act',
  buyer: 'The buyer must act',
  hub: 'The hub sees to it',
  nobody: 'Nobody has to do anything',
};

function WhereItStands({ explained, ...parts }: Parts & { explained: Live<Shape<'Explanation'>> }) {
  const { order, deliveries } = parts;
  const { value: explanation } = explained;
  const stopped = deliveries.find(isClosable);
  const lacksAddress = stopped?.cause?.code === 'address_incomplete';
  const correct = () => openDialog(<AddressDialog {...parts} />);
  const [verb, help] = lacksAddress
    ? ['Correct the address', correct]
    : isByHand(stopped?.cause)
      ? [`Close ${stopped?.action}`, () => acts.c(stopped)]
      : [`Replay ${stopped?.action}`, () => acts.r(stopped)];
  const { who = '', until = null, since = null } = explanation?.waitsFor ?? {};
  return (
    <Region title="Where it stands">
      {!explanation && <Problem of={explained} />}
      <p class="lead" role="status">
        {show(explanation?.sentence ?? `The order is ${order.status}.`)}
      </p>
      {explanation && (
        <p class="muted">
          {WHO[who] ?? who}
          {(until ?? since) && (until ? ', until ' : ', since ')}
          {(until ?? since) && <Time at={until ?? since} beside />}
        </p>
      )}
      {stopped && <Cure of={stopped} />}
      {stopped && <Button says={`${verb}…`} class="primary" onClick={help} />}
    </Region>
  );
}

function factsOf(order: Read) {
  const { connection, externalId, placedAt, paidAt, fulfillments, market, payment, shippingMethod, shipBy, ucp } =
    order;
  const { permalink_url: permalink } = ucp as { permalink_url?: string };
  const parcels = fulfillments.map(({ id, carrier, trackingNumber, trackingUrl }) => (
    <div key={id}>
      <ForeignLink href={trackingUrl}>{`${carrier.toUpperCase()} ${trackingNumber}`}</ForeignLink>
    </div>
  ));
  return {
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
    'Leaves by': shipBy && <LeavesBy {...order} />,
    Parcel: parcels.length > 0 && parcels,
  };
}

const columnsIn = (currency: string): Columns<Shape<'Line'>> => [
  ['SKU', ({ sku }) => sku && <Code>{sku}</Code>],
  ['Title', ({ title }) => title, 'wide'],
  ['Ordered', ({ quantity }) => quantity, 'number'],
  ['Placed', ({ placed }) => placed, 'number'],
  ['Shipped', ({ fulfilled }) => fulfilled, 'number'],
  ['Cancelled', ({ cancelled }) => cancelled, 'number'],
  ['Returned', ({ returned }) => returned, 'number'],
  ['Price', ({ total }) => money(total, currency), 'number'],
];

function Lines({ order: { lines, amounts, taxIncluded } }: { order: Read }) {
  const { currency, goods, shipping, discount, tax, total } = amounts;
  const sum = (amount: number | null | undefined) => Boolean(amount) && money(amount, currency);
  return (
    <Region title="Lines">
      <Table name="Lines" rows={lines} columns={columnsIn(currency)} />
      <Facts
        of={{
          ...{ Goods: sum(goods), Shipping: sum(shipping), Discount: sum(discount) },
          ...{ [taxIncluded ? 'Tax, included' : 'Tax']: sum(tax), Total: sum(total) },
        }}
      />
    </Region>
  );
}
