import { RejectedError, UnknownOutcomeError } from '#lib/platform/errors';
import { member } from '../kit/json.ts';
import { ask, type Caller } from './client.ts';
import { REPLY_TICKET } from './documents.ts';
import { Success, Ticket } from './schema.ts';

/**
 * The mutations that create tickets, with what they take. The page prints a document of the first only and of the others
 * what they require, so nothing is sent that was not given. Types it does not name are written as literals.
 */
export const TICKETS = {
  'exchange-ticket': { mutation: 'createExchangeItemTicket', reason: 'ExchangeItemReason!', orderItemIds: '[ID]!' },
  'refund-ticket': { mutation: 'createRefundTicket', reason: 'String!', orderItemIds: '[ID]' },
  'question-ticket': { mutation: 'createOrderQuestionTicket', reason: null, orderItemIds: '[ID]' },
} as const;
export type TicketKind = keyof typeof TICKETS;

export interface NewTicket {
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
  const given = Object.entries(types).filter(([name]) => member(ticket, name) !== undefined);
  const literals = (['problemType', 'itemDeliveryStatus'] as const).filter((name) => ticket[name] !== undefined);
  const variables = given.map(([name, type]) => `$${name}: ${type}`).join(', ');
  const values = [
    ...given.map(([name]) => `${name}: $${name}`),
    ...literals.map((name) => `${name}: ${ticket[name]}`),
  ].join(', ');
  return `mutation ${mutation}(${variables}) { ${mutation}(${values}) { ticket { id } } }`;
}

/** Returns the id of the ticket. */
export async function createTicket(caller: Caller, kind: TicketKind, ticket: NewTicket): Promise<string> {
  const { problemType: _type, itemDeliveryStatus: _status, ...variables } = ticket;
  const answer = Ticket.safeParse(member(await ask(caller, ticketDocument(kind, ticket), variables), 'ticket'));
  if (answer.success) return answer.data.id;
  throw new UnknownOutcomeError({ code: 'unexpected_answer', description: 'the answer has no ticket' });
}

/** mutation replyCustomerServiceTicket */
export async function replyTicket(caller: Caller, ticketId: string, replyContent: string): Promise<void> {
  const answer = Success.safeParse(await ask(caller, REPLY_TICKET, { ticketId, replyContent }));
  if (answer.data?.success === true) return;
  throw new RejectedError({ code: 'refused', description: `Shoppo did not take the reply to ticket ${ticketId}` });
}
