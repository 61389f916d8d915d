import { RejectedError, UnknownOutcomeError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { PushResult, RemoteContext, RequestAction } from '../action.ts';
import { member } from '../kit/json.ts';
import { cancelItems, tooLate } from './actions.ts';
import { ask, type Caller } from './api.ts';
import { mutationOf, REPLY_TICKET } from './documents.ts';
import { placedFor, skuIdOf } from './placement.ts';
import { type OrderItem, Success, Ticket } from './schema.ts';

/**
 * The mutations that create tickets, with what they take. The page prints a document of the first only and of the others
 * what they require, so nothing is sent that was not given. Types it does not name are written as literals.
 */
const TICKETS = {
  'exchange-ticket': { mutation: 'createExchangeItemTicket', reason: 'ExchangeItemReason!', orderItemIds: '[ID]!' },
  'refund-ticket': { mutation: 'createRefundTicket', reason: 'String!', orderItemIds: '[ID]' },
  'question-ticket': { mutation: 'createOrderQuestionTicket', reason: null, orderItemIds: '[ID]' },
} as const;
export type TicketKind = keyof typeof TICKETS;

interface NewTicket {
  firstName: string;
  lastName: string;
  email: string;
  imageIds: string[];
  orderItemIds: string[];
  reason?: string | undefined;
  remark?: string | undefined;
  problemType?: string | undefined;
  itemDeliveryStatus?: string | undefined;
}

/** The document that creates such a ticket. */
export function ticketDocument(kind: TicketKind, ticket: NewTicket): string {
  const { mutation, reason, orderItemIds } = TICKETS[kind];
  const types = {
    firstName: 'String!',
    lastName: 'String!',
    email: 'String!',
    imageIds: '[ID]!',
    orderItemIds,
    reason: reason ?? 'String!',
    remark: 'String',
  };
  const isGiven = ([name]: [string, unknown]) => member(ticket, name) !== undefined;
  const { problemType, itemDeliveryStatus } = ticket;
  const literals = Object.entries({ problemType, itemDeliveryStatus }).filter(isGiven) as Array<[string, string]>;
  const given = Object.fromEntries(Object.entries(types).filter(isGiven));
  return mutationOf(mutation, given, 'ticket { id }', Object.fromEntries(literals));
}

/** Returns the id of the ticket. */
async function createTicket(caller: Caller, kind: TicketKind, ticket: NewTicket): Promise<string> {
  const { problemType: _type, itemDeliveryStatus: _status, ...variables } = ticket;
  const answer = Ticket.safeParse(member(await ask(caller, ticketDocument(kind, ticket), variables), 'ticket'));
  if (answer.success) return answer.data.id;
  throw new UnknownOutcomeError({ code: 'unexpected_answer', description: 'the answer has no ticket' });
}

/** mutation replyCustomerServiceTicket */
async function replyTicket(caller: Caller, ticketId: string, replyContent: string): Promise<void> {
  const answer = Success.safeParse(await ask(caller, REPLY_TICKET, { ticketId, replyContent }));
  if (answer.data?.success === true) return;
  throw new RejectedError({ code: 'refused', description: `Shoppo did not take the reply to ticket ${ticketId}` });
}

const text = z.string().check(z.trim(), z.minLength(1));
const skus = z.array(text).check(z.minLength(1));

const about = {
  /** Our order; the ticket is about all of its items, or those of these SKUs. */
  order: text,
  skus: z.optional(skus),
  firstName: text,
  lastName: text,
  email: text,
  imageIds: z._default(z.array(text), []),
  remark: z.optional(text),
};
const itemDeliveryStatus = z.enum(['RECEIVED', 'NOT_RECEIVED']);

const Exchange = z.strictObject({
  ...about,
  reason: z.string().check(z.regex(/^\w+$/, 'must be an ExchangeItemReason')),
});
const Refund = z.strictObject({
  ...about,
  reason: text,
  problemType: z.enum(['REFUND', 'EXCHANGE', 'NOT_ARRIVED', 'OTHER']),
  itemDeliveryStatus,
});
const Question = z.strictObject({ ...about, itemDeliveryStatus });

type About = z.infer<typeof Question> | z.infer<typeof Exchange> | z.infer<typeof Refund>;

/** No probe: tickets do not show what they are about, so a person tells whether one was created. */
const ticket = <Input extends About>(kind: TicketKind, Input: z.ZodMiniType<Input>, summary: string) =>
  ({
    Input,
    summary,
    orderOf: ({ order }: Input) => order,
    async push(context: RemoteContext, { order, skus: only, ...given }: Input): Promise<PushResult> {
      const items = await findItems(context, order, only);
      const orderItemIds = items.map(({ id }) => id);
      return { remoteId: await createTicket(context, kind, { ...given, orderItemIds }) };
    },
  }) satisfies RequestAction<Input>;

const Reply = z.strictObject({ ticketId: text, content: text });
type Reply = z.infer<typeof Reply>;

/** No probe: comments are read by the kind of a ticket, which its id does not tell. */
const reply: RequestAction<Reply> = {
  Input: Reply,
  summary: 'Answers in a ticket.',
  async push(context, { ticketId, content }) {
    await replyTicket(context, ticketId, content);
    return {};
  },
};

const CancelItem = z.strictObject({ order: text, skus });
type CancelItem = z.infer<typeof CancelItem>;

const cancelItem: RequestAction<CancelItem> = {
  Input: CancelItem,
  summary: 'Cancels the items of these SKUs, as long as they are PAID and no more.',
  orderOf: ({ order }) => order,
  async push(context, asked) {
    const left = await cancelItems(context, await findItems(context, asked.order, asked.skus));
    if (left.length > 0) throw tooLate(left);
    return { note: `cancelled ${asked.skus.join(', ')}` };
  },

  async probe(context, asked) {
    const items = await findItems(context, asked.order, asked.skus);
    return items.every(({ status }) => status === 'CANCELLED') ? { note: 'found cancelled at Shoppo' } : null;
  },
};

/** The items of what was placed for an order of ours. Throws RejectedError where there are none. */
async function findItems(context: RemoteContext, orderId: string, only: string[] = []): Promise<OrderItem[]> {
  const wanted = await Promise.all(only.map(async (sku) => (await skuIdOf(context, sku)) ?? sku));
  const all = (await placedFor(context, orderId)).flatMap(({ orderItems }) => orderItems);
  const items = only.length === 0 ? all : all.filter(({ sku }) => wanted.includes(sku.originalId));
  if (items.length > 0) return items;
  const what = only.length > 0 ? `${only.join(', ')} of ${orderId}` : orderId;
  throw new RejectedError({ code: 'not_found', description: `Shoppo has no items for ${what}` });
}

export const requests: Readonly<Record<string, RequestAction>> = {
  'exchange-ticket': ticket('exchange-ticket', Exchange, 'Asks for an exchange of items of an order.'),
  'refund-ticket': ticket('refund-ticket', Refund, 'Asks for a refund of items of an order.'),
  'question-ticket': ticket('question-ticket', Question, 'Asks a question about an order.'),
  'reply-ticket': reply,
  'cancel-item': cancelItem,
};
