import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { InboundReceived } from '#events/inbound-received';
import type { Change } from '#lib/marketplaces/contract';
import { claimShares } from '#lib/orders/find';
import { getOrder, getTimeline } from '#lib/orders/store';
import type { Table } from '#lib/platform/table/table';
import { order, told, useInbox } from '#test/support/inbox';
import { at, MUGS, PLATE, snapshotOf } from '#test/support/orders';

const inbox = useInbox();
const { take, stored, eventOf } = inbox;

describe('what a sales channel says', () => {
  it('makes an order, its placement and an event, and rings', async () => {
    const message = told(order());
    await take(message);
    const { deliveries, snapshotEvent, missed } = await stored();
    expect({ snapshotEvent, missed }).toEqual({ snapshotEvent: message.id, missed: false });
    expect(await eventOf(message)).toMatchObject({ state: 'applied', order: 'scopio-main:ord_8f3a', note: null });
    expect(inbox.rung).toMatchObject([{ id: deliveries[0], action: 'order', connection: 'marketful-mx' }]);
  });

  it('brings back what came back, once, also where it is told again or late', async () => {
    const lines = [{ ...MUGS, fulfilled: 2 }, PLATE];
    const back = { id: 'adj_1', at: at(3), items: [{ line: 'li_1', quantity: 1 }], refund: { amount: 6000 } };
    await take(told(order({ lines, version: at(5), returns: [back] })));
    await take(told(order({ lines, version: at(4), returns: [{ ...back, id: 'adj_0' }] })));
    await take(told(order({ lines, version: at(5), returns: [back] })));
    const { returns, timeline } = await stored();
    expect(returns).toMatchObject(
      [back, back].map(({ refund }) => ({ lineItems: back.items.map(() => ({ id: 'li_1', quantity: 1 })), refund })),
    );
    expect(timeline?.filter(({ type }) => type === 'order.returned')).toHaveLength(2);
  });

  it('is one order, one push and one event of each message, however many come at the same moment', async () => {
    const messages = [told(order()), told(order()), told(order())];
    await Promise.all([...messages, ...messages].map((message) => take(message)));
    expect(await stored()).toMatchObject({ revision: 1, deliveries: [inbox.rung[0]?.id] });
    const states = await Promise.all(messages.map(async (message) => (await eventOf(message)).state));
    expect(states.sort()).toEqual(['applied', 'duplicate', 'duplicate']);
    const timeline = await getTimeline(await stored(), inbox.table);
    expect(timeline.map(({ type }) => type)).toEqual(['order.received', 'order.paid']);
  });

  it('is decided again where somebody else was faster, unless that was this very message', async () => {
    await take(told(order()));
    let rival: InboundReceived | null = told(order({ version: at(2), number: 'SC-2' }));
    const racing: Table = {
      ...inbox.table,
      transactWrite: async (writes) => {
        const first = rival;
        rival = null;
        if (first) await take(first);
        return inbox.table.transactWrite(writes);
      },
    };
    const later = told(order({ version: at(3), number: 'SC-3' }));
    await take(later, racing);
    expect(await stored()).toMatchObject({ number: 'SC-3', revision: 3 });
    rival = told(order({ version: at(4), number: 'SC-4' }));
    await take(rival, racing);
    expect(await stored()).toMatchObject({ number: 'SC-4', revision: 4 });
  });

  it('is noted where it says nothing new, and not where a poll found it', async () => {
    await take(told(order({ version: at(3) })));
    const [same, older] = [told(order({ version: at(3) })), told(order({ version: at(2), number: 'OLD' }))];
    const polled = told(order({ version: at(3) }), { receivedBy: 'poll' });
    for (const message of [same, older, polled]) await take(message);
    expect(await eventOf(same)).toMatchObject({ state: 'duplicate', note: 'the snapshot that stands' });
    expect(await eventOf(older)).toMatchObject({ state: 'duplicate' });
    expect((await eventOf(polled)).state).toBeUndefined();
    expect(await stored()).toMatchObject({ number: 'SC-1001' });
  });

  it('keeps its revision while polls of a channel that dates nothing say the same, and never goes back to what was read before', async () => {
    const said = (askedAt: string, number: string) =>
      take(told(order({ version: null, number }), { receivedBy: 'poll', askedAt }));
    for (const asked of [at(0), at(3), at(5)]) await said(asked, 'SC-1');
    const { revision, updatedAt } = (await stored()) ?? {};
    expect(await stored()).toMatchObject({ revision: 1, sourceVersion: at(5) });
    await said(at(4), 'SC-2');
    expect(await stored()).toMatchObject({ number: 'SC-1', revision, updatedAt });
    await said(at(6), 'SC-2');
    expect(await stored()).toMatchObject({ number: 'SC-2', revision: 2 });
  });

  it('was missed by the webhooks until one comes after all', async () => {
    await take(told(order({ version: null }), { receivedBy: 'poll', askedAt: at(0) }));
    expect(await stored()).toMatchObject({ missed: true, sourceVersion: at(0) });
    await take(told(order({ version: at(2) })));
    expect(await stored()).toMatchObject({ missed: false, sourceVersion: at(2) });
  });

  it('is shared where it shows lines of another order, and recorded once for both', async () => {
    const sello = { connection: 'sello-se' };
    await take(told(order({ externalId: '1' }), sello));
    const moved = told(
      order({ externalId: '2', version: at(5), lines: [PLATE], amounts: { ...NOTHING, total: 3000 } }),
      sello,
    );
    await take(moved);
    const whole = await stored('sello-se:1');
    expect(Object.keys(whole.parts ?? {})).toEqual(['2']);
    expect(await getOrder('sello-se:2', inbox.table)).toBeUndefined();
    expect(await eventOf(moved)).toMatchObject({ state: 'applied', order: 'sello-se:1', note: '2 is a part of it' });
    const own = { ...MUGS, id: 'li_9' };
    const mixed = told(order({ externalId: '3', version: at(6), lines: [PLATE, own] }), sello);
    await take(mixed);
    expect((await stored('sello-se:3')).ucp.line_items.map(({ id }) => id)).toEqual(['li_9']);
    expect(await eventOf(mixed)).toMatchObject({ state: 'applied', order: 'sello-se:3' });
  });
});

it('goods of a part came back to its sale', async () => {
  const sello = { connection: 'sello-se' };
  await take(told(order({ externalId: '1' }), sello));
  await take(told(order({ externalId: '2', version: at(5), lines: [{ ...PLATE, fulfilled: 1 }] }), sello));
  const back = { externalId: '2', id: 'r1', at: at(6), items: [{ line: PLATE.id, quantity: 1 }] };
  await take(told({ type: 'return', return: back }, sello));
  expect((await stored('sello-se:1')).returns).toMatchObject([{ lineItems: [{ id: PLATE.id, quantity: 1 }] }]);
});

it('goods that the order does not have are named, and nothing else comes back', async () => {
  const sello = { connection: 'sello-se' };
  await take(told(order({ externalId: '1', lines: [{ ...PLATE, fulfilled: 1 }] }), sello));
  const back = (id: string, ...skus: string[]) =>
    told(
      { type: 'return', return: { externalId: '1', id, at: at(6), items: skus.map((sku) => ({ sku, quantity: 1 })) } },
      sello,
    );
  const [none, some] = [back('r1', 'GONE'), back('r2', 'GONE', PLATE.sku)];
  for (const each of [none, some]) await take(each);
  expect(await eventOf(none)).toMatchObject({ state: 'unreadable', error: { code: 'sku_unknown' } });
  expect(await eventOf(some)).toMatchObject({ state: 'applied', note: expect.stringContaining('GONE') });
  expect((await stored('sello-se:1')).returns).toMatchObject([{ lineItems: [{ id: PLATE.id, quantity: 1 }] }]);
  const found = { ...none, receivedBy: 'poll' } as const;
  for (const name of ['evt_1', 'evt_2']) await take({ ...found, id: name });
  for (const name of ['evt_1', 'evt_2']) expect((await eventOf({ ...found, id: name })).state).toBeUndefined();
});

it('a part that is told of while its sale is being written waits for that', async () => {
  const sello = { connection: 'sello-se' };
  const sale = { externalId: '1' };
  await claimShares('sello-se', snapshotOf(sale), inbox.table);
  const part = told(order({ externalId: '2', version: at(5), lines: [PLATE] }), sello);
  await Promise.all([take(part), take(told(order(sale), sello))]);
  expect(Object.keys((await stored('sello-se:1')).parts ?? {})).toEqual(['2']);
});

const NOTHING = { fulfillment: 0, tax: 0, discount: 0, total: 0 };

describe('what is only named', () => {
  const asks: Change = { type: 'fetch', action: 'order', resource: '77' };

  it('is fetched once for all events that come before the reading has begun', async () => {
    const messages = [told(asks), told(asks), told(asks)];
    for (const message of messages) await take(message);
    expect(inbox.rung).toMatchObject([
      { kind: 'fetch', action: 'order', subject: { resource: '77', askedBy: 'webhook' } },
    ]);
    const notes = await Promise.all(messages.map(async (message) => (await eventOf(message)).note));
    expect(notes).toEqual([
      `asks for ${inbox.rung[0]?.id}`,
      `covered by ${inbox.rung[0]?.id}`,
      `covered by ${inbox.rung[0]?.id}`,
    ]);
  });

  it('is covered by what another event asked for in the same moment, and is on record', async () => {
    const [rival, message] = [told(asks), told(asks)];
    let isFirst = true;
    const raced: Table = {
      ...inbox.table,
      transactWrite: async (writes) => {
        if (isFirst) await take(rival);
        isFirst = false;
        return inbox.table.transactWrite(writes);
      },
    };
    await take(message, raced);
    expect((await eventOf(message)).note).toBe(`covered by ${inbox.rung[0]?.id}`);
    expect(inbox.rung).toHaveLength(1);
  });

  it('is left to who is to read it, also where it could be read at once', async () => {
    await take(told(asks));
    const message = told(asks);
    const read: string[] = [];
    await take(message, inbox.table, async ({ id }) => void read.push(id));
    expect(read).toEqual([]);
    expect((await eventOf(message)).note).toBe(`covered by ${inbox.rung[0]?.id}`);
  });

  it('is not fetched where what stands is as new', async () => {
    await take(told(order({ version: at(3) })));
    inbox.rung = [];
    const unless = (version: string): Change => ({ ...asks, unless: { externalId: 'ord_8f3a', version } });
    await take(told(unless(at(3)), { receivedBy: 'poll' }));
    expect(inbox.rung).toEqual([]);
    await take(told(unless(at(4)), { receivedBy: 'poll' }));
    expect(inbox.rung).toMatchObject([{ subject: { unless: { externalId: 'ord_8f3a', version: at(4) } } }]);
  });

  it('is fetched where the source dates what only the hub had dated, and not where neither does', async () => {
    await take(told(order({ version: null }), { receivedAt: at(9) }));
    inbox.rung = [];
    const unless = (version: string | null): Change => ({ ...asks, unless: { externalId: 'ord_8f3a', version } });
    await take(told(unless(null), { receivedBy: 'poll' }));
    expect(inbox.rung).toEqual([]);
    await take(told(unless(at(3)), { receivedBy: 'poll' }));
    expect(inbox.rung).toHaveLength(1);
  });
});

describe('an order that its sales channel no longer has', () => {
  const gone = (externalId: string) =>
    told({ type: 'gone', externalId }, { connection: 'sello-se', receivedBy: 'fetch' });
  const sold = (changes: Parameters<typeof snapshotOf>[0]) => told(order(changes), { connection: 'sello-se' });

  it('is cancelled, unless nothing of it is left or known', async () => {
    await take(sold({ externalId: '1', version: at(3) }));
    await take(gone('1'));
    expect(await stored('sello-se:1')).toMatchObject({ cancelled: true });
    const { revision } = await stored('sello-se:1');
    const [again, stranger] = [gone('1'), gone('2')];
    for (const message of [again, stranger]) await take(message);
    expect((await stored('sello-se:1')).revision).toBe(revision);
    expect(await eventOf(stranger)).toMatchObject({ state: 'applied', note: 'nothing of 2 is left to ship' });
  });

  it.each(['before', 'after'])('keeps the lines that another order took over, told of %s', async (when) => {
    await take(sold({ externalId: '1', version: at(3) }));
    const merged = sold({ externalId: '9', version: at(5), lines: [MUGS] });
    for (const message of when === 'before' ? [merged, gone('1')] : [gone('1'), merged]) await take(message);
    const { cancelled, ucp } = await stored('sello-se:1');
    expect(cancelled).toBe(false);
    expect(ucp.line_items.map(({ id, quantity }) => [id, quantity.total])).toEqual(
      expect.arrayContaining([
        ['li_1', 2],
        ['li_2', 0],
      ]),
    );
  });

  it('keeps the lines that another order took over in the very moment of its last word', async () => {
    await take(sold({ externalId: '1', version: at(3) }));
    await take(sold({ externalId: '9', version: at(3), lines: [MUGS] }));
    await take(gone('1'));
    expect((await stored('sello-se:1')).ucp.line_items.find(({ id }) => id === MUGS.id)?.quantity.total).toBe(2);
  });

  it('is gone as a part of another, too', async () => {
    await take(sold({ externalId: '1', version: at(3) }));
    await take(sold({ externalId: '9', version: at(5), lines: [PLATE] }));
    await take(gone('9'));
    expect((await stored('sello-se:1')).ucp.line_items.map(({ id, quantity }) => [id, quantity.total])).toEqual(
      expect.arrayContaining([
        ['li_1', 2],
        ['li_2', 0],
      ]),
    );
  });
});

describe('what cannot be read', () => {
  it.each([
    ['contract', { code: 'odd', description: 'scopio-main: is odd', field: 'x' }],
    ['a bug of the mapper', { code: 'mapping_failed', description: 'scopio-main: unexpected Error' }],
  ])('is kept with what is wrong: %s', async (body, error) => {
    const message = told(body);
    await take(message);
    expect(await eventOf(message)).toEqual({ state: 'unreadable', order: null, error, note: null });
  });

  it.each([
    ['is not JSON', { body: '{' }, 'not_json'],
    ['is of no connection', { connection: 'gone' }, 'connection_unknown'],
    ['is only a beginning', { bodyTruncated: true as const }, 'body_truncated'],
    ['was erased', { body: '', bodyTruncated: true as const }, 'body_truncated'],
  ])('is kept where it %s', async (_, more, code) => {
    const message = told(order(), more);
    await take(message);
    expect(await eventOf(message)).toMatchObject({ state: 'unreadable', error: { code } });
  });

  it('is kept where no order as large fits the table', async () => {
    const message = told(order({ shippingMethod: randomBytes(420_000).toString('base64') }));
    await take(message);
    expect(await eventOf(message)).toMatchObject({ state: 'unreadable', error: { code: 'order_too_large' } });
  });

  it('is one event, however many polls find it, and the log names it', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const ids = new Set<string>();
    const watching: Table = {
      ...inbox.table,
      transactWrite: (writes) => {
        for (const { Put } of writes) ids.add(String(Put?.Item?.pk));
        return inbox.table.transactWrite(writes);
      },
    };
    for (let polls = 0; polls < 3; polls++) await take(told('contract', { receivedBy: 'poll' }), watching);
    const named = warned.mock.calls.map(([line]) => `EVENT#${JSON.parse(String(line)).event}`);
    expect([[...ids], named]).toEqual([named.slice(0, 1), Array(3).fill(named[0])]);
  });

  it('throws on what is nobody’s fault, so that the message comes back', async () => {
    const away: Table = { ...inbox.table, get: () => Promise.reject(new Error('DynamoDB is away')) };
    await expect(take(told(order()), away)).rejects.toThrow('away');
  });
});
