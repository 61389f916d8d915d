import { getNetwork } from '#lib/marketplaces/network';
import { shortHash } from '#lib/platform/hash';
import * as z from '#lib/platform/zod';
import { isOneAddress, MAX_ADDRESS, normalEmail } from '#lib/privacy/email-hash';
import { eraseBuyer, exportBuyer, type Subject } from '#lib/privacy/erase';
import { errorResponses, invalid } from './kit/errors.ts';
import { doc, named, Why } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';

/** API Gateway waits 29 seconds. */
const MAX_MS = 20_000;

const order = doc(z.optional(z.string().check(z.minLength(1))), {
  description: "One order's buyer.",
  example: 'scopio-main:ord_8f3a',
});
const EXPECTED = 'expected one e-mail address';
const isOne = z.refine<string>(isOneAddress, EXPECTED);
const isEmail = z.regex(/^[^@\s]+@[^@\s]+$/, EXPECTED);
const email = doc(
  z.optional(z.string().check(z.maxLength(MAX_ADDRESS, { abort: true }), isOne, z.overwrite(normalEmail), isEmail)),
  {
    description:
      'The buyer of every order with this address, in upper or lower case; what became no order is searched for it, too.',
  },
);
const cursor = doc(z.optional(z.string()), { description: 'Where the previous answer ended.' });

const requestWith = <S extends z.ZodMiniType>(why: S) =>
  z
    .strictObject({ order, email, cursor, reason: why })
    .check(
      z.refine((asked) => (asked.order === undefined) !== (asked.email === undefined), 'name either order or email'),
    );
const EXAMPLE = { example: { email: 'elena@example.com', reason: 'asked by letter of 2026-11-20' } };
const ExportRequest = named('BuyerExportRequest', requestWith(z.optional(Why)), EXAMPLE);
const EraseRequest = named('BuyerErasureRequest', requestWith(Why), EXAMPLE);

const complete = doc(z.boolean(), {
  description: 'False: one request has no time for all of it; ask again, with `cursor` if there is one.',
});
const orders = doc(z.array(z.string()), { description: 'Ids of the orders that were found.' });
const byPlace = <S extends z.ZodMiniType>(each: S) =>
  z.object({ events: each, quarantine: each, deadLetters: each, deliveries: each, timeline: each, orders: each });

export const BuyerExport = named(
  'BuyerExport',
  z.object({ orders, places: byPlace(z.array(z.unknown())), complete, cursor }),
  { description: 'Everything that the hub holds about a buyer, by where it is.' },
);
export type BuyerExport = z.infer<typeof BuyerExport>;

export const ErasureCertificate = named(
  'ErasureCertificate',
  z.object({
    id: doc(z.string(), { example: 'ers_0f1e2d3c-950a-4c1e-9d0b-0f3f9f2f6f11' }),
    at: z.iso.datetime(),
    by: doc(z.string(), { description: "The API key's name." }),
    reason: z.string(),
    orders,
    touched: doc(byPlace(z.int()), { description: 'How many items were erased, by place.' }),
    complete,
    cursor,
  }),
);
export type ErasureCertificate = z.infer<typeof ErasureCertificate>;

export const routes = new Routes('buyers');

/**
 * One request about a buyer. A cursor begins with what it was issued for, and is refused for anything else: a
 * certificate would cover what nobody looked at. Throws ApiError 400.
 */
async function ask<A extends { cursor?: string | undefined }>(
  act: 'erase' | 'export',
  { asked, by }: { asked: z.infer<typeof ExportRequest>; by: string },
  run: (subject: Subject, options: Parameters<typeof exportBuyer>[1]) => Promise<A>,
): Promise<A> {
  const subject = asked.order === undefined ? { email: asked.email ?? '' } : { order: asked.order };
  const mark = `${shortHash(act, JSON.stringify(subject))}~`;
  if (asked.cursor && !asked.cursor.startsWith(mark)) throw invalid('cursor', `is of no ${act} of this buyer`);
  const cursor = asked.cursor?.slice(mark.length);
  const answer = await run(subject, { network: await getNetwork(), by, timeMs: MAX_MS, cursor });
  return answer.cursor === undefined ? answer : { ...answer, cursor: mark + answer.cursor };
}

routes.add('POST /buyers/export', {
  summary: 'Everything that the hub holds about a buyer',
  scope: 'privacy',
  request: { body: body(ExportRequest) },
  responses: { 200: json('What was found.', BuyerExport), ...errorResponses(404) },
  answer: ({ body: { reason, ...asked }, by }) =>
    ask('export', { asked, by }, (subject, options) => exportBuyer(subject, options, reason)),
});

routes.add('POST /buyers/erase', {
  summary: 'Erases a buyer, for good',
  description:
    'Done when answered. The orders stay without the buyer, and so does whatever their marketplace sends about them later. An order that is still to be shipped can no longer be.',
  scope: 'privacy',
  request: { body: body(EraseRequest) },
  responses: { 200: json('The certificate.', ErasureCertificate), ...errorResponses(404) },
  answer: ({ body: { reason, ...asked }, by }) =>
    ask('erase', { asked, by }, (subject, options) => eraseBuyer(subject, reason, options)),
});
