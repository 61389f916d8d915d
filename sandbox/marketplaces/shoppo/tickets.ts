import { GraphQLError } from 'graphql';
import type { Base } from '../base.ts';
import { controlRefusal, readControl } from '../refusal.ts';
import { nextShortId, seconds } from './ids.ts';
import type { Image } from './image.ts';
import type { Notifications } from './notifications.ts';
import type { Orders } from './orders.ts';
import { ReplyTicket, SetTicketStatus } from './schema.ts';

export type TicketKind = 'ExchangeItemTicket' | 'RefundTicket' | 'OrderQuestionTicket';
type TicketStatus = 'NEW' | 'OPEN' | 'PENDING' | 'HOLD' | 'SOLVED' | 'CLOSED';

/** What a ticket is created with; the schema checks what each kind requires. */
export interface TicketInput {
  firstName: string;
  lastName: string;
  email: string;
  reason?: string;
  problemType?: string;
  itemDeliveryStatus?: string;
  orderItemIds?: ReadonlyArray<string | null> | null;
  imageIds: ReadonlyArray<string | null>;
  remark?: string | null;
}

export interface Ticket extends Omit<TicketInput, 'remark'> {
  id: string;
  kind: TicketKind;
  zendeskStatus: TicketStatus;
  remark: string;
  comments: Array<{ from: 'partner' | 'shoppo'; content: string }>;
  timeCreated: number;
}

export type Tickets = ReturnType<typeof createTickets>;

interface Parts {
  base: Base;
  notifications: Notifications;
  orders: Orders;
}

export function createTickets({ base, notifications, orders }: Parts) {
  const { store, now } = base;
  const tickets = store.collection<Ticket>('tickets');
  const images = store.collection<Image>('images');
  const find = (id: string): Ticket => {
    const ticket = tickets.get(id);
    if (!ticket) throw controlRefusal(404, 'not_found', `no ticket ${id}`);
    return ticket;
  };
  const move = (ticket: Ticket, status: TicketStatus): TicketStatus => {
    // Once opened, a ticket is never new again, and a closed one stays closed.
    if ((status === 'NEW' && ticket.zendeskStatus !== 'NEW') || ticket.zendeskStatus === 'CLOSED')
      throw controlRefusal(409, 'wrong_status', `a ticket that is ${ticket.zendeskStatus} cannot become ${status}`);
    return status;
  };
  const known = (name: string, ids: ReadonlyArray<string | null>, has: (id: string) => boolean): string[] => {
    const given = ids.filter((id) => id !== null);
    const missing = given.find((id) => !has(id));
    if (missing !== undefined) throw new GraphQLError(`${name} ${missing} does not exist`);
    return given;
  };

  return {
    list: () => tickets.list(),
    get: tickets.get,
    create(kind: TicketKind, { remark, ...input }: TicketInput) {
      const isItem = (itemId: string): boolean =>
        orders.list().some(({ items }) => items.some(({ id }) => id === itemId));
      const id = nextShortId(store, 'ticket');
      const ticket: Ticket = {
        ...input,
        orderItemIds: known('OrderItem', input.orderItemIds ?? [], isItem),
        imageIds: known('Image', input.imageIds, (image) => images.get(image) !== undefined),
        id,
        kind,
        zendeskStatus: 'NEW',
        remark: remark ?? '',
        comments: [],
        timeCreated: seconds(now()),
      };
      return tickets.put(id, ticket);
    },
    /** The partner writes: this opens a ticket again that waited for the partner or was solved. */
    comment(id: string, content: string) {
      const ticket = tickets.get(id);
      if (!ticket) throw new GraphQLError(`Ticket ${id} does not exist`);
      if (ticket.zendeskStatus === 'CLOSED') throw new GraphQLError(`Ticket ${id} is CLOSED`);
      const reopened = ['PENDING', 'SOLVED'].includes(ticket.zendeskStatus);
      return tickets.put(id, {
        ...ticket,
        zendeskStatus: reopened ? 'OPEN' : ticket.zendeskStatus,
        comments: [...ticket.comments, { from: 'partner', content }],
      });
    },
    /** Customer service writes: this calls the partner's reply-ticket URL. */
    reply(id: string, input?: unknown) {
      const { content, zendeskStatus, notify } = readControl(ReplyTicket, input);
      const ticket = find(id);
      const opened = ticket.zendeskStatus === 'NEW' ? 'OPEN' : ticket.zendeskStatus;
      const replied = tickets.put(id, {
        ...ticket,
        zendeskStatus: move(ticket, zendeskStatus ?? opened),
        comments: [...ticket.comments, { from: 'shoppo', content }],
      });
      if (notify) notifications.notify('reply-ticket', { ticketId: id, content });
      return replied;
    },
    setStatus(id: string, input: unknown) {
      const ticket = find(id);
      return tickets.put(id, {
        ...ticket,
        zendeskStatus: move(ticket, readControl(SetTicketStatus, input).zendeskStatus),
      });
    },
  };
}
