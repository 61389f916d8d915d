import * as z from '#lib/platform/zod';
import type { Connector, TicketPage } from '../contract.ts';
import { cursorBehind } from '../kit/graphql.ts';
import { listOf } from '../kit/graphql-documents.ts';
import { id, looseList, looseText, looseTexts, optional, optionalId, readShape } from '../kit/shape.ts';
import { listPage } from './api.ts';

/** "The same is true for refundTicketList and orderQuestionTicketList." */
const LISTS = {
  exchange: { list: 'exchangeItemTicketList', own: 'reason' },
  refund: { list: 'refundTicketList', own: 'reason' },
  question: { list: 'orderQuestionTicketList', own: '' },
} as const;
type Kind = keyof typeof LISTS;
const KINDS = Object.keys(LISTS) as Kind[];

/** The query for tickets of one kind, each with its whole conversation. */
export const ticketList = (kind: Kind): string =>
  listOf(
    LISTS[kind].list,
    `id ticketId status zendeskStatus firstName lastName email remark ${LISTS[kind].own}
    comments { length edges { node { content } } }`,
  );

const Node = z.lazyObject(() => ({
  id,
  ticketId: optionalId,
  ...looseTexts('status', 'zendeskStatus', 'firstName', 'lastName', 'email', 'remark', 'reason'),
  comments: optional(z.object({ edges: looseList(z.object({ node: z.object({ content: looseText }) })) })),
}));

/** The kind of tickets to continue with, and the cursor in its list. */
const CURSOR = /^(exchange|refund|question):(.*)$/s;

/** A page of tickets, one kind after the other. */
export const listTickets: NonNullable<Connector['tickets']> = async (context, { cursor, limit }) => {
  const [, kind = 'exchange', after] = CURSOR.exec(cursor ?? '') ?? [];
  const page = await listPage(context, ticketList(kind as Kind), { first: limit, after: after || undefined });
  const behind = cursorBehind(page, after || null);
  const nextKind = KINDS[KINDS.indexOf(kind as Kind) + 1];
  const next = behind === null ? nextKind && `${nextKind}:` : `${kind}:${behind}`;
  return { tickets: page.nodes.map((node) => presentTicket(kind, node)), cursor: next ?? null };
};

function presentTicket(kind: string, node: object): TicketPage['tickets'][number] {
  const { status = null, zendeskStatus = null, reason = null, remark = null, ...ticket } = readShape(Node, node);
  return {
    // "return id when create ticket": replies name that one.
    id: ticket.ticketId ?? ticket.id,
    ...{ kind, status, reason, remark },
    serviceStatus: zendeskStatus?.toLowerCase() ?? null,
    author: { first_name: ticket.firstName ?? null, last_name: ticket.lastName ?? null, email: ticket.email ?? null },
    comments: (ticket.comments?.edges ?? []).flatMap(({ node: { content } }) => content ?? []),
  };
}
