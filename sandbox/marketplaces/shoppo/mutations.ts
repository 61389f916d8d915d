import { GraphQLError } from 'graphql';
import type { Store } from '../store.ts';
import { nextShortId } from './ids.ts';
import { describeImage, type Image } from './image.ts';
import type { NewOrder } from './orders.ts';
import type { Parts } from './queries.ts';
import type { TicketInput } from './tickets.ts';
import { showTicket } from './views.ts';

/** A mutation that was asked for, done or refused. */
interface Call {
  at: string;
  mutation: string;
  arguments: unknown;
  /** Why it was refused, as the answer said. */
  error: string | null;
}

/** The fields of RootMutation. Each call is recorded, even if refused. */
export function createMutations({ base, orders, tickets, views }: Parts): Record<string, unknown> {
  const { store, now } = base;
  const images = store.collection<Image>('images');
  const calls = store.collection<Call>('calls');

  const mutations = {
    createOrder: (input: NewOrder) => ({ order: views.order(orders.create(input)) }),
    setOrderAsPaid: ({ orderId, chargeId }: { orderId: string; chargeId: string }) => ({
      order: views.order(orders.pay(orderId, chargeId)),
    }),
    cancelOrder: ({ orderId }: { orderId: string }) => ({ order: views.order(orders.cancel(orderId)) }),
    cancelOrderItem({ orderItemId }: { orderItemId: string }) {
      const item = orders.cancelItem(orderItemId);
      const order = orders.list().find(({ items }) => items.includes(item));
      return { orderItem: order ? views.item(order, item) : null };
    },
    uploadImage({ file }: { file: unknown }) {
      const id = nextShortId(store, 'image');
      return { image: { __typename: 'Image', ...images.put(id, describeImage(bytesOf(file), id)) } };
    },
    createExchangeItemTicket: (input: TicketInput) => ({
      ticket: showTicket(tickets.create('ExchangeItemTicket', input)),
    }),
    createRefundTicket: (input: TicketInput) => ({ ticket: showTicket(tickets.create('RefundTicket', input)) }),
    createOrderQuestionTicket: (input: TicketInput) => ({
      ticket: showTicket(tickets.create('OrderQuestionTicket', input)),
    }),
    replyCustomerServiceTicket({ ticketId, replyContent }: { ticketId: string; replyContent: string }) {
      tickets.comment(ticketId, replyContent);
      return { success: true };
    },
  };

  const kept = <Input>(mutation: string, run: (input: Input) => unknown) => {
    const keep = (input: Input, error: string | null): void =>
      void calls.put(String(store.next('calls')), { at: now().toISOString(), mutation, arguments: input, error });
    return (input: Input): unknown => {
      try {
        const answer = run(input);
        keep(input, null);
        return answer;
      } catch (error) {
        keep(input, error instanceof Error ? error.message : String(error));
        throw error;
      }
    };
  };
  return Object.fromEntries(
    Object.entries(mutations).map(([name, run]) => [name, kept(name, run as (input: unknown) => unknown)]),
  );
}

/** The mutations that were asked for, newest last. */
export function readReceived(store: Store) {
  const mutations = store.collection<Call>('calls').list();
  const done = mutations.filter(({ error }) => error === null);
  const byMutation: Record<string, number> = {};
  for (const { mutation } of done) byMutation[mutation] = (byMutation[mutation] ?? 0) + 1;
  return { counts: { done: done.length, refused: mutations.length - done.length, byMutation }, mutations };
}

/** The document does not say how a file is sent: here as base64 text, with or without `data:…;base64,` before it. */
function bytesOf(file: unknown): Buffer {
  const text = typeof file === 'string' ? file.replace(/^data:[^,]*,/, '') : '';
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0) throw new GraphQLError('file must be the base64 text of an image');
  return bytes;
}
