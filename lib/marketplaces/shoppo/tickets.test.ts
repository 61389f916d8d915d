import { expect, test } from 'vitest';
import { type Answer, connectionOf, createRemote, remoteContext } from '#test/conformance/kit';
import { info } from './manifest.ts';
import { listTickets } from './tickets.ts';

const page = (list: string, nodes: object[], endCursor: string | null): Answer => ({
  status: 200,
  body: JSON.stringify({
    data: {
      [list]: {
        length: nodes.length,
        edges: nodes.map((node) => ({ node })),
        pageInfo: { hasNextPage: endCursor !== null, endCursor },
      },
    },
  }),
});

test('a page that says there is more and not where ends no list in silence', async () => {
  const cut = { length: 2, edges: [{ node: { id: 'R1' } }], pageInfo: { hasNextPage: true, endCursor: null } };
  const { http } = createRemote('shoppo', [
    { status: 200, body: JSON.stringify({ data: { exchangeItemTicketList: cut } }) },
  ]);
  const context = remoteContext({
    http,
    connection: connectionOf(info),
    secrets: { accessToken: 't', viewerId: 'me' },
  });
  await expect(listTickets(context, { cursor: null, limit: 50 })).rejects.toMatchObject({
    code: 'unexpected_shape',
    detail: { field: 'pageInfo.endCursor' },
  });
});

test('reads the tickets of each kind, with all that was said in them', async () => {
  const comments = {
    length: 2,
    edges: [{ node: { content: 'Hello' } }, null, { node: { content: 'x'.repeat(2000) } }],
  };
  const ticket = {
    id: 'VGlja2V0',
    ticketId: 'KJh51',
    status: 'OPEN',
    zendeskStatus: 'PENDING',
    firstName: 'Ana',
    remark: '',
    comments,
  };
  const { calls, http } = createRemote('shoppo', [
    page('exchangeItemTicketList', [ticket], 'c1'),
    page('exchangeItemTicketList', [], null),
    page('refundTicketList', [{ id: 'R1' }], null),
    page('orderQuestionTicketList', [], null),
  ]);
  const secrets = { accessToken: 'token', viewerId: 'me' };
  const context = remoteContext({ http, connection: connectionOf(info), secrets });
  const seen: unknown[] = [];
  let cursor: string | null = null;
  do {
    const read = await listTickets(context, { cursor, limit: 50 });
    seen.push(...read.tickets);
    cursor = read.cursor;
  } while (cursor !== null);
  expect(seen).toEqual([
    {
      ...{ id: 'KJh51', kind: 'exchange', status: 'OPEN', serviceStatus: 'pending', reason: null, remark: null },
      author: { first_name: 'Ana', last_name: null, email: null },
      comments: ['Hello', 'x'.repeat(2000)],
    },
    {
      ...{ id: 'R1', kind: 'refund', status: null, serviceStatus: null, reason: null, remark: null },
      author: { first_name: null, last_name: null, email: null },
      comments: [],
    },
  ]);
  expect(calls.map(({ body }) => (body as { variables: object }).variables)).toEqual([
    ...[{ first: 50 }, { first: 50, after: 'c1' }, { first: 50 }, { first: 50 }],
  ]);
});
