import { RejectedError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { RemoteContext, RequestAction } from '../action.ts';
import { mutationOf } from '../kit/graphql-documents.ts';
import { member } from '../kit/json.ts';
import { defined, flag } from '../kit/shape.ts';
import { cancelItems } from './actions.ts';
import { ask, change } from './api.ts';
import { REPLY_TICKET } from './documents.ts';
import { placedFor, skuIdOf } from './placement.ts';
import type { OrderItem } from './schema.ts';

const text = z.string().check(z.trim(), z.minLength(1));
const skus = z.array(text).check(z.minLength(1));

const about = {
  /** Our order's id; the ticket is about all of its items, or those of these SKUs. */
  order: text,
  skus: z.optional(skus),
  firstName: text,
  lastName: text,
  email: text,
  imageIds: z._default(z.array(text), []),
  remark: z.optional(text),
};
const reason = z.string().check(z.regex(/^\w+$/, 'must be an ExchangeItemReason'));
const problemType = z.enum(['REFUND', 'EXCHANGE', 'NOT_ARRIVED', 'OTHER']);
const itemDeliveryStatus = z.enum(['RECEIVED', 'NOT_RECEIVED']);

const Exchange = z.strictObject({ ...about, reason });
const Refund = z.strictObject({ ...about, reason: text, problemType, itemDeliveryStatus });
const Question = z.strictObject({ ...about, itemDeliveryStatus });

type Asked = Pick<z.infer<typeof Refund>, keyof typeof about> & Partial<z.infer<typeof Refund>>;

/**
 * The mutations that create tickets, and their variables. The page prints the document of the first only, and what the
 * others require, so nothing is sent that was not given. Types that it does not name are written as literals.
 */
const TICKETS = {
  'exchange-ticket': { mutation: 'createExchangeItemTicket', reason: 'ExchangeItemReason!', orderItemIds: '[ID]!' },
  'refund-ticket': { mutation: 'createRefundTicket', reason: 'String!', orderItemIds: '[ID]!' },
  'question-ticket': { mutation: 'createOrderQuestionTicket', orderItemIds: '[ID]!' },
} as const;
export type TicketKind = keyof typeof TICKETS;

const AUTHOR = { firstName: 'String!', lastName: 'String!', email: 'String!', imageIds: '[ID]!' };

/** The document that creates such a ticket. */
export function ticketDocument(kind: TicketKind, { remark, problemType, itemDeliveryStatus }: Partial<Asked>): string {
  const { mutation, ...own } = TICKETS[kind];
  const types = { ...AUTHOR, ...own, ...(remark !== undefined && { remark: 'String' }) };
  return mutationOf(mutation, types, 'ticket { id }', defined({ problemType, itemDeliveryStatus }));
}

/** No probe: tickets do not show what they are about, so a person must say whether one was created. */
const ticket = <Input extends Asked>(kind: TicketKind, Input: z.ZodMiniType<Input>, summary: string) =>
  ({
    ...{ Input, summary },
    orderOf: ({ order }: Input) => order,
    async push(remote: RemoteContext, asked: Input) {
      const { order, skus, problemType: _type, itemDeliveryStatus: _status, ...given } = asked;
      const orderItemIds = (await findItems(remote, order, skus)).map((item) => item.id);
      const created = await change(remote, ticketDocument(kind, asked), { ...given, orderItemIds });
      return { remoteId: created.id };
    },
  }) satisfies RequestAction<Input>;

const Reply = z.strictObject({ ticketId: text, content: text });

/** mutation replyCustomerServiceTicket. No probe: comments are listed by kind of ticket, which an id does not tell. */
const reply: RequestAction<z.infer<typeof Reply>> = {
  ...{ Input: Reply, summary: 'Answers in a ticket.' },
  async push(remote, { ticketId, content }) {
    const answer = await ask(remote, REPLY_TICKET, { ticketId, replyContent: content });
    if (flag.safeParse(member(answer, 'success')).data) return {};
    throw new RejectedError({ code: 'refused', description: `Shoppo did not take the reply to ticket ${ticketId}` });
  },
};

const CancelItem = z.strictObject({ order: text, skus });

const cancelItem: RequestAction<z.infer<typeof CancelItem>> = {
  ...{ Input: CancelItem, summary: 'Cancels the items of these SKUs, as long as they are PAID and no more.' },
  orderOf: ({ order }) => order,
  async push(remote, { order, skus }) {
    await cancelItems(remote, await findItems(remote, order, skus));
    return { note: `cancelled ${skus.join(', ')}` };
  },

  async probe(remote, { order, skus }) {
    const items = await findItems(remote, order, skus);
    return items.every(({ status }) => status === 'CANCELLED') ? { note: 'found cancelled at Shoppo' } : null;
  },
};

/** The items placed for an order of ours. Throws RejectedError if there are none. */
async function findItems(remote: RemoteContext, orderId: string, only: string[] = []): Promise<OrderItem[]> {
  const wanted = await Promise.all(only.map(async (sku) => (await skuIdOf(remote, sku)) ?? sku));
  const all = (await placedFor(remote, orderId)).flatMap(({ orderItems }) => orderItems);
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
