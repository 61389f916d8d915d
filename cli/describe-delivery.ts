import type { Delivery } from '#lib/api/delivery-schema';
import { describeShipBy, relativeTime } from './format.ts';
import type { Session } from './session.ts';
import { type Column, renderFacts } from './table.ts';

type Attempt = Delivery['attempts'][number];

const causeOf = ({ cause }: Delivery): string => (cause ? `${cause.code}: ${cause.description}` : '-');

export const deliveryColumns = (now: Date): Column<Delivery>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'ACTION', value: ({ kind, action }) => `${kind} ${action}`, flexible: true },
  { title: 'CONNECTION', value: ({ connection }) => connection, flexible: true, minor: true },
  { title: 'ORDER', value: ({ order }) => order ?? '-', flexible: true, minor: true },
  { title: 'TRIES', value: ({ attemptCount }) => String(attemptCount), right: true, minor: true },
  { title: 'CHANGED', value: ({ updatedAt }) => relativeTime(updatedAt, now), minor: true },
  { title: 'NEXT', value: ({ nextAttemptAt }) => relativeTime(nextAttemptAt, now), minor: true },
  { title: 'SHIP BY', value: (delivery) => describeShipBy(delivery, now) },
  { title: 'CAUSE', value: causeOf, flexible: true },
];

/** A delivery for people, its attempts below it. */
export function describeDelivery(delivery: Delivery, { now, table }: Pick<Session, 'now' | 'table'>): string {
  const { id, kind, action, connection, order, shipBy, subject, state, waitsFor, createdAt, nextAttemptAt, attempts } =
    delivery;
  const facts = renderFacts([
    ['delivery', id],
    ['what', `${kind} ${action} at ${connection}`],
    ['order', order],
    ['subject', Object.keys(subject).length > 0 ? JSON.stringify(subject) : null],
    ['state', waitsFor ? `${state}, waits for the ${waitsFor}` : state],
    ['cause', delivery.cause && causeOf(delivery)],
    ['closed', closingOf(delivery, now)],
    ['ship by', shipBy && `${shipBy} (${describeShipBy(delivery, now)})`],
    ['created', `${createdAt} (${relativeTime(createdAt, now)})`],
    ['next attempt', nextAttemptAt && `${nextAttemptAt} (${relativeTime(nextAttemptAt, now)})`],
  ]);
  if (attempts.length === 0) return `${facts}\n\nno attempts yet`;
  return `${facts}\n\n${table(attempts, attemptColumns(now))}`;
}

function closingOf({ closed }: Delivery, now: Date): string | null {
  if (!closed) return null;
  const { by, at, reason, was, cause } = closed;
  return `by ${by} ${relativeTime(at, now)}: ${reason} (was ${was}${cause ? `, ${cause.code}` : ''})`;
}

const attemptColumns = (now: Date): Column<Attempt>[] => [
  { title: '#', value: ({ number }) => String(number), right: true },
  { title: 'STARTED', value: ({ startedAt }) => startedAt, minor: true },
  { title: '', value: ({ startedAt }) => relativeTime(startedAt, now) },
  { title: 'TOOK', value: tookOf, right: true, minor: true },
  { title: 'OUTCOME', value: ({ outcome }) => outcome },
  { title: 'HTTP', value: ({ httpStatus }) => String(httpStatus ?? '-') },
  { title: 'CODE', value: ({ code }) => code ?? '-' },
  { title: 'SAID', value: ({ description }) => description ?? '-', flexible: true },
];

function tookOf({ startedAt, endedAt }: Attempt): string {
  const milliseconds = Date.parse(endedAt) - Date.parse(startedAt);
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
