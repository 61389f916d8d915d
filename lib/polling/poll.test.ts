import { expect, test } from 'vitest';
import type { InboundReceived } from '#events/inbound-received';
import type { Poller } from '#lib/marketplaces/contract';
import { connector as marketful } from '#lib/marketplaces/marketful/index';
import type { Remote } from '#lib/marketplaces/remote';
import {
  BudgetSpentError,
  ContractError,
  RejectedError,
  RetryableError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import { connectionOf } from '../../test/support/fake-hub.ts';
import type { Cursor } from './cursor.ts';
import { pollConnection } from './poll.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const WATCHED = { checkedAt: NOW.toISOString(), state: 'registered' as const };
const shed = connectionOf('shed', 'marketful');
const page = (n: number, last = false) => ({
  items: [{ topic: 'orden', body: { id: n } }],
  resume: last ? null : `page ${n + 1}`,
  ...(last && { watermark: 'after all' }),
});

/** When each item of the last poll was requested. */
let times: Array<string | undefined> = [];

/** Polls pages, or errors, from a cursor; returns what was queued and written, in order. */
async function poll(
  pages: Poller['poll'],
  { send = async () => {}, isOurs = true, now = () => NOW, handedOn = new Map(), more = {}, account = {} } = {},
) {
  const seen: unknown[] = [];
  times = [];
  const lease = { owner: 'me', until: '' };
  const cursor: Cursor & { lease: typeof lease } = {
    ...{ watermark: 'before', resume: 'page 1', nextPollAt: null, lastPolledAt: null, lastError: null },
    ...{ caughtUpAt: null, lease, remark: null, webhooks: null, ...more },
  };
  await pollConnection(
    { ...shed, ...account },
    { ...marketful, poll: pages },
    {
      leaseCursor: async () => cursor,
      saveCursor: async (_connection, _lease, change) => {
        seen.push(change);
        return isOurs;
      },
      withRemote: (connection, _patience, run) => run({ connection } as Remote),
      sendMessages: async (queue, messages) => {
        await send();
        seen.push([queue, ...messages.map(({ message }) => (message as InboundReceived).body)]);
        times.push(...messages.map(({ message }) => (message as InboundReceived).askedAt));
      },
      async *listOpenPlacements() {},
      async *listSkus() {},
      watchWebhooks: async () => WATCHED,
      handedOn,
      now,
      wait: async () => undefined,
    },
  );
  return seen;
}

test('each page is in the queue before the cursor moves behind it', async () => {
  const seen = await poll(async function* () {
    yield page(1);
    yield page(2, true);
  });
  expect(seen).toEqual([
    ['inbound', '{"id":1}'],
    { resume: 'page 2' },
    ['inbound', '{"id":2}'],
    { resume: null, watermark: 'after all' },
    expect.objectContaining({
      webhooks: WATCHED,
      lastError: null,
      lease: null,
      nextPollAt: '2026-11-20T10:10:00.000Z',
    }),
  ]);
});

test('cancelled at the channel, shipped anyway: what a slow page says is as old as its question', async () => {
  let minute = 0;
  const now = () => new Date(NOW.getTime() + minute * 60_000);
  await poll(
    async function* () {
      minute = 1;
      yield page(1);
      minute = 2;
      yield page(2, true);
    },
    { now },
  );
  expect(times).toEqual(['2026-11-20T10:00:00.000Z', '2026-11-20T10:01:00.000Z']);
});

test('a placement that stays the same is not read again for an hour, unless somebody asks or changes the settings', async () => {
  let minute = 0;
  const handedOn = new Map();
  const at = (minute: number) => new Date(NOW.getTime() + minute * 60_000).toISOString();
  const hub = { handedOn, now: () => new Date(at(minute)) };
  const read = async (when: number, body: object, more: object = {}) => {
    minute = when;
    const seen = await poll(
      async function* () {
        const stock = { topic: 'stock', body: { sku: 'MUG' } };
        yield { items: [{ topic: 'orden', body, placement: 'PO-1' }, stock], resume: null };
      },
      { ...hub, ...more },
    );
    return seen.flatMap((each) => (Array.isArray(each) ? each : [])).includes(JSON.stringify(body));
  };
  const changed = { account: { settings: { skus: {} } } };
  const away = { send: () => Promise.reject(new Error('SQS is away')) };
  expect(await read(0, { status: 'new' }, away)).toBe(false);
  expect(await read(1, { status: 'new' })).toBe(true);
  expect(await read(11, { status: 'new' })).toBe(false);
  expect(await read(21, { status: 'packed' })).toBe(true);
  expect(await read(31, { status: 'new' })).toBe(true);
  expect(await read(41, { status: 'new' })).toBe(false);
  expect(await read(51, { status: 'new' }, changed)).toBe(true);
  expect(await read(61, { status: 'new' }, changed)).toBe(false);
  expect(await read(71, { status: 'new' }, { ...changed, more: { askedAt: NOW.toISOString() } })).toBe(true);
  expect(await read(131, { status: 'new' }, changed)).toBe(false);
  expect(await read(132, { status: 'new' }, changed)).toBe(true);
  // A poll that was asked for is one until it comes to its end, whatever breaks it off.
  const more = { askedAt: at(141), lastPolledAt: at(142) };
  const ended = { ...more, caughtUpAt: at(142) };
  expect(await read(143, { status: 'new' }, { ...changed, more: ended })).toBe(false);
  const brokenOff = { ...more, caughtUpAt: at(132) };
  expect(await read(143, { status: 'new' }, { ...changed, more: brokenOff })).toBe(true);
  const hourly = { account: { pollIntervalSeconds: 3600 } };
  expect(await read(150, { status: 'new' }, hourly)).toBe(true);
  expect(await read(211, { status: 'new' }, hourly)).toBe(true);
  // What is no placement is always read: a number that stays the same counts what was sold meanwhile.
  expect(times).toHaveLength(2);
});

test('a page that could not be queued leaves the cursor before it, and the poll is taken up again soon', async () => {
  const away = { send: () => Promise.reject(new Error('SQS is away')) };
  const seen = await poll(async function* () {
    yield page(1, true);
  }, away);
  expect(seen).toEqual([
    {
      ...{ nextPollAt: '2026-11-20T10:01:00.000Z', lastError: 'internal_error' },
      ...{ lastPolledAt: NOW.toISOString(), lease: null },
    },
  ]);
});

/** Pages, beginning with the one asked for; these errors come first. */
const cutBy = (...errors: Error[]): [asked: Array<string | null>, Poller['poll']] => {
  const asked: Array<string | null> = [];
  return [
    asked,
    async function* ({ resume }) {
      for (let n = Number(resume?.slice(-1)); n <= 3; n++) {
        asked.push(`page ${n}`);
        const error = n === 2 && errors.shift();
        if (error) throw error;
        yield page(n, n === 3);
      }
    },
  ];
};
const fault = new RetryableError({ code: 'http_503', description: 'try later' });

test('a page that a moment’s fault cuts is asked for again in the same poll', async () => {
  const lost = new UnknownOutcomeError({ code: 'timeout', description: 'no answer' });
  const [asked, pages] = cutBy(fault, lost);
  expect((await poll(pages)).at(-1)).toMatchObject({ lastError: null });
  expect(asked).toEqual(['page 1', 'page 2', 'page 2', 'page 2', 'page 3']);
});

test.each([
  ['what lasts', [fault, fault, fault], 3, 'http_503'],
  ['a refusal', [new RejectedError({ code: 'http_400', description: 'no' })], 1, 'http_400'],
  [
    'a remote that asks for patience',
    [new ThrottledError({ code: 'http_429', description: 'slow' }, 9)],
    1,
    'http_429',
  ],
])('%s waits for the next tick', async (_what, errors, tries, lastError) => {
  const [asked, pages] = cutBy(...errors);
  expect((await poll(pages)).at(-1)).toMatchObject({ lastError, nextPollAt: '2026-11-20T10:01:00.000Z' });
  expect(asked.filter((one) => one === 'page 2')).toHaveLength(tries);
});

test('what lasts breaks the poll off although each fault is passed over', async () => {
  let asked = 0;
  const seen = await poll(async function* ({ resume }) {
    const n = Number(resume?.slice(-1));
    asked += 1;
    yield { items: [], resume: `page ${n + 1}` };
    if (n < 9) throw fault;
    yield page(10, true);
  });
  expect(asked).toBe(3);
  expect(seen.at(-1)).toMatchObject({ lastError: 'http_503' });
});

test('a poll that cannot read its page says which member is wrong', async () => {
  const description = 'orders: Invalid input: expected array, received string';
  const [, pages] = cutBy(new ContractError({ code: 'unexpected_shape', description, field: 'orders' }));
  expect((await poll(pages)).at(-1)).toMatchObject({ lastError: 'unexpected_shape', remark: description });
});

test('a poll whose budget is spent keeps its pages and comes back when there is room', async () => {
  const seen = await poll(async function* () {
    yield page(1);
    throw new BudgetSpentError('shed', 5_000);
  });
  expect(seen.slice(0, 2)).toEqual([['inbound', '{"id":1}'], { resume: 'page 2' }]);
  expect(seen.at(-1)).toMatchObject({ lastError: 'budget_spent', nextPollAt: '2026-11-20T10:00:05.000Z' });
});

test('a poller that lost its cursor to another stops and releases nothing', async () => {
  const pages = async function* () {
    yield page(1);
    yield page(2, true);
  };
  expect(await poll(pages, { isOurs: false })).toEqual([['inbound', '{"id":1}'], { resume: 'page 2' }]);
});

test('a connection that is not due is not polled', async () => {
  const never = async () => undefined;
  const refuse = () => Promise.reject(new Error('polled'));
  const hub = {
    leaseCursor: never,
    saveCursor: refuse,
    withRemote: refuse,
    sendMessages: refuse,
    watchWebhooks: refuse,
  };
  const lists = { async *listOpenPlacements() {}, async *listSkus() {} };
  await expect(
    pollConnection(
      shed,
      { ...marketful, poll: () => expect.fail('no poll') },
      { ...hub, ...lists, handedOn: new Map(), now: () => NOW, wait: refuse },
    ),
  ).resolves.toBeUndefined();
});
