import { retryPolicyOf } from '#lib/connections/connection';
import type { Delivery } from '#lib/deliveries/delivery';
import { LEFT } from '#lib/orders/holders';
import { AWAY } from '#lib/platform/errors';
import { type Names, nameOf, type Said, timeOf, units, waitsFor } from './words.ts';

/** What a delivery is put into words with. */
export interface Around {
  now: Date;
  names: Names;
  /** Since when the remotes of connections are away, by connection. */
  away: ReadonlyMap<string, string>;
  /** The order is cancelled: all of it is taken back. */
  isCancelled: boolean;
  /** Tracking numbers by parcel. */
  trackingNumbers: ReadonlyMap<string, string>;
}

/** What a delivery does, as a noun: `placing it with Marketful`. */
function doingOf(
  { action, connection, subject, cause }: Delivery,
  { names, isCancelled, trackingNumbers }: Around,
): string {
  const there = nameOf(connection, names);
  const parcel = trackingNumbers.get(subject.fulfillment ?? '');
  switch (action) {
    case 'order':
      return `placing it with ${there}`;
    case 'route':
      return 'finding who ships it';
    case 'cancel':
      if (cause?.code === 'address_changed') return `changing its address at ${there}`;
      if (cause?.code === 'payment_refunded') return `stopping it at ${there}`;
      if (cause?.code === 'goods_changed') return `exchanging goods at ${there}`;
      if (isCancelled) return `cancelling it at ${there}`;
      if (subject.lineItems?.length || !(subject.refunded || subject.readdressed || subject.exchanged))
        return `taking units back at ${there}`;
      if (subject.exchanged) return `exchanging goods at ${there}`;
      return subject.refunded ? `stopping it at ${there}` : `changing its address at ${there}`;
    case 'fulfillment':
      return `telling ${there} of ${parcel === undefined ? 'a parcel' : `parcel ${parcel}`}`;
    case 'returned':
      return `telling ${there} of a return`;
    case 'status':
      return `giving it the delivered status at ${there}`;
    case 'processing':
      return `telling ${there} that it is being worked on`;
    case 'payment':
      return `capturing its payment at ${there}`;
    default:
      return `"${action}" at ${there}`;
  }
}

/** How far a delivery has come that the hub itself works on. */
export function progressOf(delivery: Delivery, around: Around): string {
  const { state, attemptCount, failures, turnedAway, throttledSince, unknown, nextAttemptAt, updatedAt, cause } =
    delivery;
  const doing = doingOf(delivery, around);
  const at = (instant: string) => timeOf(instant, around.now);
  if (state === 'leased') return `${doing} is under way`;
  const next = at(nextAttemptAt ?? updatedAt);
  const away = around.away.get(delivery.connection);
  if (away !== undefined)
    return `${nameOf(delivery.connection, around.names)} has failed at everything since ${at(away)}: one delivery at a time asks whether it is back; ${doing} looks again at ${next} and spends no attempt meanwhile`;
  // It has waited long enough, and is next.
  if (turnedAway || cause?.code === AWAY)
    return `${doing} waits for its turn in the rate limit and comes next at ${next}`;
  if (throttledSince)
    return `${nameOf(delivery.connection, around.names)} has asked for patience since ${at(throttledSince)}, so ${doing} goes on at ${next}`;
  // A replay begins anew, whatever its earlier attempts met.
  if (attemptCount === 0 || (failures === 0 && cause === null))
    return unknown ? `${doing} comes next, and the hub looks there first` : `${doing} comes next`;
  const code = cause ? ` (${cause.code})` : '';
  const retry = `${next}, retry ${Math.max(1, failures)} of ${retryPolicyOf(around.names.connections.get(delivery.connection)).limit}`;
  if (unknown)
    return `nobody knows whether ${doing} worked at ${at(updatedAt)}${code}, so the hub looks there first at ${retry}`;
  return `${doing} failed at ${at(updatedAt)}${code} and is tried again at ${retry}`;
}

/** What blocks, where the cause's own description is not "why: what to do". */
const BLOCKS: Readonly<Record<string, (there: string, description: string) => [why: string, remedy: string]>> = {
  ...Object.fromEntries(
    ['http_401', 'credentials_refused'].map((code) => [
      code,
      (there: string) => [`${there} refuses the secrets it was given`, 'put the right ones into the connections file'],
    ]),
  ),
  // The secrets may be right, and this order another's.
  http_403: (there, description) => [
    `${there} does not allow it (${description})`,
    'have it allowed there and replay the delivery, or put other secrets into the connections file',
  ],
  connection_missing: (_, description) => [description, 'put it back there'],
  amend_unsupported: (there, description) => [
    `${there} cannot change what was placed (${description})`,
    description.includes(LEFT) ? 'have it changed there, and sent back what has left' : 'have it changed there by hand',
  ],
};

const RUNS_AGAIN = ', and it goes on by itself';
const ENDINGS = { connection: RUNS_AGAIN, routes: RUNS_AGAIN, order: RUNS_AGAIN, operator: '' } as const;
const WANTED = { connection: 'connection', routes: 'route', order: 'order', operator: 'decision' } as const;
const DECIDE = 'replay the delivery if it is still to be done, or close it if it is done there';

/** How much of what a cancellation was to stop has been shipped by now: its own words are from when it was blocked. */
export interface Late {
  units: number;
  isAll: boolean;
}

const SENT_BACK = 'have what has left sent back';

/** What to say of a delivery that waits for a person: why it stopped, and what lets it go on. */
export function troubleOf(delivery: Delivery, others: number, around: Around, late: Late): Said {
  const { state, cause, updatedAt, connection, attemptCount } = delivery;
  const what = delivery.waitsFor ?? 'operator';
  const { code, description } = cause ?? { code: 'unknown', description: 'nothing is on record' };
  const doing = doingOf(delivery, around);
  const since = timeOf(updatedAt, around.now);
  const need = others === 1 ? 'one more of its deliveries needs' : `${others} more of its deliveries need`;
  const more = others === 0 ? '' : `${need} you`;
  const waits = waitsFor('you', WANTED[what], updatedAt);
  if (state === 'dead') {
    const tries = attemptCount > 1 ? ` after ${attemptCount} attempts` : '';
    const clauses = [`${doing} gave up at ${since}${tries} (${code}: ${description})`, DECIDE, more];
    return { stage: 'dead', clauses, waitsFor: waits };
  }
  if (late.units > 0 && late.isAll && code !== 'amend_unsupported') {
    const clauses = [`${doing} has been blocked since ${since}, and all of it has left`, `${SENT_BACK}, then close it`];
    return { stage: 'blocked', clauses: [...clauses, more], waitsFor: waits };
  }
  const [why = '', ...rest] = description.split(': ');
  const [reason, remedy] = BLOCKS[code]?.(nameOf(connection, around.names), description) ?? [why, rest.join(': ')];
  const goesOn = remedy ? `${remedy}${ENDINGS[what]}` : DECIDE;
  const isTold = late.units === 0 || description.includes(LEFT);
  const left = isTold ? '' : `${units(late.units)} of it left meanwhile: ${SENT_BACK}`;
  const clauses = [`${doing} has been blocked since ${since}: ${reason}`, goesOn, left, more];
  return { stage: 'blocked', clauses, waitsFor: waits };
}
