import type { Parts } from '../kit/hub.ts';
import { Region } from '../kit/screen.tsx';
import { LinkTo, meaningOf, Outside, State, show, Time, Words } from '../kit/text.tsx';
import { attemptWords, capital, isIdle, money } from '../kit/words.ts';

interface Step {
  at: string;
  /** Who did it: a connection's id, a person's key, or a channel of receipt. */
  by: string;
  title: string;
  /** What a remote or a person said about it. */
  words?: string | undefined;
  /** What came of an attempt. */
  outcome?: string;
  /** The state that marks it. */
  state: string;
  delivery?: string;
}

type Detail = Record<string, unknown>;
const listed = (members: unknown): string => (Array.isArray(members) ? members.join(', ') : 'the order');
const about = (tracking: unknown): string => (tracking ? `: ${tracking}` : '');

/** What a person wrote, or a remote said, about an entry. */
function wordsOf({ reason, note, description, code }: Detail): string | undefined {
  const words = reason ?? note ?? (description && (code ? `${code}: ${description}` : description));
  return words ? String(words) : undefined;
}

const TITLES: Readonly<Record<string, string | ((detail: Detail, by: string) => string)>> = {
  'order.received': (_, by) => `Received by ${by}`,
  'order.updated': ({ changed }) => `Changed by the sales channel: ${listed(changed)}`,
  'order.paid': 'Paid',
  'order.released': 'Released: it may ship',
  'order.cancelled': 'Cancelled by the sales channel',
  'order.restored': 'Restored: its cancellation does not count',
  'order.part_joined': ({ externalId }) => `The sales channel made ${externalId} of some of its lines`,
  'order.acknowledged': ({ reference }) => `Acknowledged as ${reference}`,
  'order.routed': ({ to }) => `Routed to ${to}`,
  'order.placed': ({ remoteId, probed }) =>
    `${probed ? 'Found placed' : 'Placed'} with the shipper${remoteId ? `, as its ${remoteId}` : ''}`,
  'order.withdrawn': 'Withdrawn from the shipper',
  'order.stopped': 'A placement was stopped before it was made',
  'order.returned': 'Goods came back',
  'placement.refunded': ({ amount, currency }) => `The shipper paid back ${money(Number(amount), String(currency))}`,
  'ticket.replied': 'A ticket was answered',
  'fulfillment.added': ({ carrier, trackingNumber }) => `Parcel: ${String(carrier).toUpperCase()} ${trackingNumber}`,
  'fulfillment.reported': ({ trackingNumber }) => `Told the sales channel${about(trackingNumber)}`,
  'address.corrected': ({ members }) => `Address corrected: ${listed(members)}`,
  'order.remapped': ({ changed }) => `Remapped: ${listed(changed)}`,
  'buyer.erased': 'The buyer was erased',
  'delivery.blocked': 'Blocked: a person must act',
  'delivery.dead': 'Given up',
  'delivery.replayed': 'Replayed',
  'delivery.recalled': 'A replay was taken back',
  'delivery.closed': ({ action }) => `Closed as done: ${action}`,
};

function titleOf(type: string, detail: Detail, by: string): string {
  const said = type.replace('shipment.', 'parcel ').replaceAll(/[._]/g, ' ');
  const title = TITLES[type] ?? capital(said) + about(detail.trackingNumber);
  return typeof title === 'string' ? title : title(detail, by);
}

/** Everything that happened, in order: the order's timeline, and each attempt of its deliveries. */
function storyOf({ order, deliveries }: Parts): Step[] {
  const told = order.timeline.map(
    ({ at, type, by, detail }): Step => ({
      // Whatever came by a webhook, poll or fetch came from the sales channel.
      ...{ at, by: /^(webhook|poll|fetch)$/.test(by) ? order.connection : by },
      ...{ title: titleOf(type, detail, by), state: type.replace('delivery.', '') },
      // Why goods came back stands with the return itself.
      words: wordsOf({ ...order.returns.find((each) => each.id === detail.return), ...detail }),
      // Some are not kept as long as the order.
      ...(deliveries.some(({ id }) => id === detail.delivery) && { delivery: String(detail.delivery) }),
    }),
  );
  const attempts = deliveries.flatMap(({ id, action, connection, attempts: made }) =>
    made.map(
      (attempt): Step => ({
        ...{ at: attempt.startedAt, by: connection, title: `Attempt ${attempt.number} at ${action}`, delivery: id },
        ...{ outcome: isIdle(attempt) ? 'nothing to do' : attempt.outcome, state: attempt.outcome },
        words: [attempt.httpStatus && `HTTP ${attempt.httpStatus}`, attemptWords(attempt)].filter(Boolean).join(', '),
      }),
    ),
  );
  const sold: Step = { at: order.placedAt, by: order.connection, title: 'Sold', state: 'sold' };
  return [sold, ...attempts, ...told].sort((a, b) => a.at.localeCompare(b.at));
}

export const Story = (parts: Parts) => (
  <Region title="Story">
    <ol class="story">
      {storyOf(parts).map(({ at, by, title, words, outcome, state, delivery }, index) => (
        <li key={`${at} ${index}`} class={meaningOf(state)[0]}>
          <Time at={at} seconds />
          <div>
            <span>
              {delivery ? <LinkTo list="/deliveries" id={delivery} children={title} /> : show(title)}{' '}
              {outcome && <State as={state}>{outcome}</State>} <Outside>{by}</Outside>
            </span>
            <Words class="muted">{words}</Words>
          </div>
        </li>
      ))}
    </ol>
  </Region>
);
