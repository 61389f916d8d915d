import type { Delivery, Subject } from './delivery.ts';

/** A delivery's job and what it is about, from what is stored: its kind, its action and the members it has. */
export function subjectOf({ kind, action, subject }: Pick<Delivery, 'kind' | 'action' | 'subject'>): Subject {
  const { lineItems = [], fulfillment = '', placement = '', about = '', resource = '', sku, input } = subject;
  const { askedBy, unless } = subject;
  if (kind === 'notify') return { job: 'notify', change: subject.change };
  if (kind === 'fetch') return { job: 'fetch', resource, ...(askedBy && { askedBy }), ...(unless && { unless }) };
  if (sku !== undefined) return { job: 'stock', sku };
  if (input !== undefined) return { job: 'request', input };
  switch (action) {
    case 'order':
      return { job: 'place', lineItems };
    case 'route':
      return { job: 'route', lineItems };
    case 'fulfillment':
      return { job: 'report', fulfillment };
    case 'cancel':
      return { job: 'cancel', placement };
    default:
      return { job: 'follow-up', about };
  }
}
