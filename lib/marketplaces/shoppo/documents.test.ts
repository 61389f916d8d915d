import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import * as documents from './documents.ts';
import { type TicketKind, ticketDocument } from './requests.ts';
import { ticketList } from './tickets.ts';

const schema = buildSchema(readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'));
const problems = (document: string) => validate(schema, parse(document)).map(({ message }) => message);

const { onlyShown, ...fixed } = documents;
const { PRODUCT_LIST, PRODUCT_BY_ID, SKU_BY_ID, ORDER_LIST } = fixed;

test.each(Object.entries(fixed))('%s is valid for the partner schema', (_name, document) => {
  expect(problems(document)).toEqual([]);
});

test.each(Object.entries({ PRODUCT_LIST, PRODUCT_BY_ID, SKU_BY_ID, ORDER_LIST }))(
  '%s is valid with and without the fields that no query of the page shows',
  (_name, document) => {
    expect(problems(onlyShown(document))).toEqual([]);
    expect(document).toMatch(/ identifier| refundStatus/);
    expect(onlyShown(document)).not.toMatch(/identifier|refund|shippingProvider/i);
  },
);

test.each(['exchange', 'refund', 'question'] as const)('the list of %s tickets is valid', (kind) => {
  expect(problems(ticketList(kind))).toEqual([]);
});

const author = { firstName: 'A', lastName: 'B', email: 'a@example.com', imageIds: [], orderItemIds: ['1'] };
const status = { itemDeliveryStatus: 'RECEIVED' };
test.each<[TicketKind, object]>([
  ['exchange-ticket', { reason: 'WRONG_SIZE' }],
  ['refund-ticket', { reason: 'Broken', problemType: 'REFUND', ...status }],
  ['question-ticket', status],
])('a %s is valid with and without a remark', (kind, own) => {
  for (const remark of [undefined, 'x'])
    expect(problems(ticketDocument(kind, { ...author, ...own, remark }))).toEqual([]);
});

test('asks for orders by the spelling of the examples, and under no name for their type', () => {
  for (const document of Object.values(fixed))
    expect(document).not.toMatch(/\.\.\. on order|order_items|time_payment_processed\b|is_refunded/i);
});
