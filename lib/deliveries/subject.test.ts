import { expect, test } from 'vitest';
import type { StoredSubject } from './delivery.ts';
import { subjectOf } from './subject.ts';

const lineItems = [{ id: 'li_1', quantity: 2 }];

test.each<['push' | 'fetch', string, StoredSubject, object]>([
  ['push', 'order', { lineItems }, { job: 'place', lineItems }],
  ['push', 'route', { lineItems }, { job: 'route', lineItems }],
  ['push', 'fulfillment', { fulfillment: 'ful_1' }, { job: 'report', fulfillment: 'ful_1' }],
  ['push', 'cancel', { placement: 'dlv_1' }, { job: 'cancel', placement: 'dlv_1' }],
  ['push', 'status', { about: 'a b', after: ['dlv_1'] }, { job: 'follow-up', about: 'a b' }],
  ['push', 'status', {}, { job: 'follow-up', about: '' }],
  ['push', 'stock', { sku: 'MUG' }, { job: 'stock', sku: 'MUG' }],
  ['push', 'items-create', { input: { items: [] } }, { job: 'request', input: { items: [] } }],
  ['fetch', 'order', { resource: '5021' }, { job: 'fetch', resource: '5021' }],
  [
    'fetch',
    'order',
    { resource: '5021', unless: { externalId: '5021', version: null } },
    { job: 'fetch', resource: '5021', unless: { externalId: '5021', version: null } },
  ],
  ['fetch', 'order', { resource: '5021', askedBy: 'poll' }, { job: 'fetch', resource: '5021', askedBy: 'poll' }],
])('a stored %s %s about %j', (kind, action, subject, read) => {
  expect(subjectOf({ kind, action, subject })).toEqual(read);
});
