import { describe, expect, it, vi } from 'vitest';
import { documented, example, start, startTold, stopAfterEach } from './test-partner.ts';

stopAfterEach();
const author = { firstName: 'Mary', lastName: 'Jones', email: 'mary@example.com' };

async function startWithTicket() {
  const started = await startTold();
  const order = await started.create();
  const upload = { image: Buffer.from('a photo').toString('base64') };
  const image = (await started.ask(documented('upload-image'), upload)).data.uploadImage.image.id;
  const variables = { ...author, reason: 'DAMAGED', orderItemIds: [order.orderItems[0].id], imageIds: [image] };
  const create = async (input: Record<string, unknown> = {}) =>
    started.ask(documented('create-exchange-item-ticket'), { ...variables, ...input });
  const { ticket } = (await create({ remark: 'Broken' })).data.createExchangeItemTicket;
  const look = async (ticketId = ticket.id) =>
    (await started.ask(documented('exchange-item-ticket'), { ticketId })).data.exchangeItemTicket;
  const write = async (replyContent: string) =>
    started.ask(documented('reply-customer-service-ticket'), { ticketId: ticket.id, replyContent });
  return { ...started, create, ticket, look, write };
}

describe('Tickets at Shoppo', () => {
  it('are created NEW, listed, and found by id', async () => {
    const { ticket, look, ask, create } = await startWithTicket();
    expect(ticket).toEqual({ ...author, id: expect.any(String), reason: 'DAMAGED' });
    expect(await look()).toEqual({
      ...author,
      id: ticket.id,
      ticketId: ticket.id,
      reason: 'DAMAGED',
      status: 'OPEN',
      zendeskStatus: 'NEW',
      remark: 'Broken',
      comments: { length: 0, edges: [] },
    });
    expect(await look('none')).toBeNull();
    const list = async (filters = {}) =>
      (await ask(documented('exchange-item-ticket-list'), { filters })).data.exchangeItemTicketList;
    expect(await list()).toEqual({ length: 1, edges: [{ node: { id: ticket.id } }] });
    expect((await list({ timeCreatedRange: [0, 1] })).length).toBe(0);
    expect((await create({ orderItemIds: ['none'] })).errors[0].message).toBe('OrderItem none does not exist');
    expect((await create({ imageIds: ['none'] })).errors[0].message).toBe('Image none does not exist');
    expect((await create({ email: null })).errors[0].message).toContain('$email');
  });

  it('of the other two kinds are created and listed apart', async () => {
    const { ask } = await start();
    const created = await ask(
      `mutation ($firstName: String!, $lastName: String!, $email: String!) {
        createRefundTicket(firstName: $firstName, lastName: $lastName, email: $email, reason: "late",
          problemType: NOT_ARRIVED, itemDeliveryStatus: NOT_RECEIVED, imageIds: []) { ticket { id problemType } }
        createOrderQuestionTicket(firstName: $firstName, lastName: $lastName, email: $email,
          itemDeliveryStatus: RECEIVED, imageIds: []) { ticket { id itemDeliveryStatus } } }`,
      author,
    );
    const refundId = created.data.createRefundTicket.ticket.id;
    const lists = `query ($id: ID!) { refundTicketList { length edges { node { id reason } } }
      orderQuestionTicketList { length } exchangeItemTicketList { length }
      refundTicket(ticketId: $id) { reason } orderQuestionTicket(ticketId: $id) { id } node(id: $id) { id __typename } }`;
    expect((await ask(lists, { id: refundId })).data).toEqual({
      refundTicketList: { length: 1, edges: [{ node: { id: refundId, reason: 'late' } }] },
      orderQuestionTicketList: { length: 1 },
      exchangeItemTicketList: { length: 0 },
      refundTicket: { reason: 'late' },
      orderQuestionTicket: null,
      node: { id: refundId, __typename: 'RefundTicket' },
    });
  });

  it('are answered over the callback, with the body of the page', async () => {
    const { ticket, control, look, bodies } = await startWithTicket();
    await control('POST', `/tickets/${ticket.id}/reply`, {});
    await vi.waitFor(() => expect(bodies('reply-ticket')).toHaveLength(1));
    expect(bodies('reply-ticket')[0]).toEqual({ ...example('reply-ticket'), ticketId: ticket.id });
    expect(await look()).toMatchObject({
      zendeskStatus: 'OPEN',
      comments: { length: 1, edges: [{ node: { content: 'This is a reply to ticket.' } }] },
    });
    expect((await control('POST', '/tickets/none/reply', {})).status).toBe(404);
  });

  it('are reopened by the partner until they are closed', async () => {
    const { ticket, control, look, write } = await startWithTicket();
    const set = (zendeskStatus: string) => control('POST', `/tickets/${ticket.id}/status`, { zendeskStatus });
    await set('PENDING');
    expect((await write('Here it is')).data).toEqual({ replyCustomerServiceTicket: { success: true } });
    expect((await look()).zendeskStatus).toBe('OPEN');
    expect((await set('NEW')).status).toBe(409);
    await set('SOLVED');
    expect(await look()).toMatchObject({ status: 'OPEN', zendeskStatus: 'SOLVED', comments: { length: 1 } });
    await set('CLOSED');
    expect(await look()).toMatchObject({ status: 'CLOSED', zendeskStatus: 'CLOSED' });
    expect((await write('One more thing')).errors[0].message).toBe(`Ticket ${ticket.id} is CLOSED`);
    expect((await set('OPEN')).status).toBe(409);
  });
});
