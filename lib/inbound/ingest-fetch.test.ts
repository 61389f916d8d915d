import { describe, expect, it } from 'vitest';
import { attemptUnkept, type HUB } from '#lib/attempts/work';
import { getDelivery, transition } from '#lib/deliveries/ledger';
import type { Change } from '#lib/marketplaces/contract';
import { putOrder, putRemote } from '#lib/orders/store';
import { AwayError, BudgetSpentError, RejectedError, RetryableError } from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { transact } from '#lib/platform/table/table';
import { fakeHub } from '#test/support/fake-hub';
import { connector, network, order, told, useInbox } from '#test/support/inbox';
import { at } from '#test/support/orders';
import { getEvent } from './event.ts';

const inbox = useInbox();
const asks: Change = { type: 'fetch', action: 'order', resource: '77' };
const idOf = ({ id }: { id: string }) => `dlv_${shortHash(id, 'order', '77')}`;
const NOW = '2026-11-20T10:00:00.000Z';
const later = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1000).toISOString();

/** Takes an event as a pusher does that can read what it names; `read` is asked of the remote. */
async function takeNamed(message: ReturnType<typeof told>, read: () => Promise<Change | string>) {
  const { hub, seen } = fakeHub({ connections: [...network.connections.values()] });
  const reading = {
    connector: {
      ...connector,
      actions: { fetches: { order: { push: async () => ({ topic: 'read', body: await read() }) } } },
    },
    ingest: async (found: typeof message) => {
      const { id, topic, body, encoding, receivedAt } = message;
      await inbox.take({ ...found, id, receivedAt, named: { topic, body, encoding } });
    },
    hub: { ...hub, transition: ((was, now, also) => transition(was, now, also, inbox.table)) as typeof HUB.transition },
  };
  await inbox.take(message, inbox.table, (delivery, keep) => attemptUnkept(delivery, keep, reading));
  return seen;
}

it.each([
  ['its sales channel lists', {}, 'ord_8f3a'],
  ['whoever ships it names', { connection: 'marketful-mx' }, '5021'],
])(
  'keeps nothing of what is sent with the name of an order whose buyer was erased: %s',
  async (_who, from, resource) => {
    await inbox.take(told(order()));
    const known = await inbox.stored();
    const erased = { at: at(2), by: 'dpo', email: null };
    const named = putRemote('marketful-mx', '5021', known.id);
    await transact([putOrder({ ...known, erased, revision: known.revision + 1 }, known), named], inbox.table);
    const message = told({ ...asks, resource }, { ...from, receivedBy: 'poll' });
    await inbox.take(message);
    expect(await getEvent(message.id, inbox.table)).toMatchObject({ state: 'applied', body: '', order: null });
  },
);

describe('what is only named, and can be read at once', () => {
  it('is one event with what was read and what named it, and no delivery, however often it is received', async () => {
    const message = told(asks, { topic: 'order-changed' });
    for (const _receipt of [1, 2]) await takeNamed(message, async () => order());
    expect(await getEvent(message.id, inbox.table)).toMatchObject({
      ...{ state: 'applied', order: 'scopio-main:ord_8f3a', topic: 'read', receivedBy: 'fetch', askedBy: 'webhook' },
      ...{ askedAt: NOW, receivedAt: at(1), named: { topic: 'order-changed', body: JSON.stringify(asks) } },
    });
    expect(await stateOf(idOf(message))).toBeUndefined();
    expect(await inbox.stored()).toMatchObject({ revision: 1, missed: false, snapshotEvent: message.id });
    expect(inbox.rung).toMatchObject([{ action: 'order', connection: 'marketful-mx' }]);
  });

  it('is on record also where it tells nothing new, or cannot be read', async () => {
    await inbox.take(told(order()));
    const [again, odd] = [told(asks), told(asks)];
    await takeNamed(again, async () => order());
    await takeNamed(odd, async () => 'contract');
    expect(await inbox.eventOf(again)).toMatchObject({ state: 'duplicate', order: 'scopio-main:ord_8f3a' });
    expect(await inbox.eventOf(odd)).toMatchObject({ state: 'unreadable', error: { code: 'odd', field: 'x' } });
  });

  it('is one event where it cannot be read, however many polls list it', async () => {
    const polls = [1, 2, 3].map(() => told(asks, { receivedBy: 'poll' }));
    for (const message of polls) await takeNamed(message, async () => 'contract');
    const id = `evt_${shortHash('scopio-main', 'read', JSON.stringify('contract'))}`;
    expect(await getEvent(id, inbox.table)).toMatchObject({ state: 'unreadable', askedBy: 'poll' });
    for (const message of polls) expect(await getEvent(message.id, inbox.table)).toBeUndefined();
  });

  it('becomes a delivery with its first attempt where the remote fails', async () => {
    const message = told(asks);
    await takeNamed(message, () => Promise.reject(new RetryableError({ code: 'http_503', description: 'busy' })));
    expect(await inbox.eventOf(message)).toMatchObject({ state: 'applied', note: `asks for ${idOf(message)}` });
    expect(await getDelivery(idOf(message), inbox.table)).toMatchObject({
      ...{ kind: 'fetch', state: 'pending', failures: 1, nextAttemptAt: later(300), lease: null },
      ...{ subject: { resource: '77', askedBy: 'webhook' }, attempts: [{ number: 1, outcome: 'failed' }] },
    });
    const next = told(asks);
    const seen = await takeNamed(next, () => Promise.reject(new Error('is not read')));
    expect(seen).toEqual([]);
    expect(await inbox.eventOf(next)).toMatchObject({ state: 'duplicate', note: `covered by ${idOf(message)}` });
  });

  it.each([
    ['its turn is later', new BudgetSpentError('scopio-main', 5_000), 5, null],
    ['its remote is away', new AwayError('scopio-main', Date.parse(NOW), 60_000), 60, 'connection_away'],
  ])('becomes a delivery without an attempt where %s', async (_why, error, seconds, code) => {
    const message = told(asks);
    const seen = await takeNamed(message, () => Promise.reject(error));
    const kept = await getDelivery(idOf(message), inbox.table);
    expect(kept).toMatchObject({ state: 'pending', attemptCount: 0, turnedAway: 1, nextAttemptAt: later(seconds) });
    expect(kept?.cause?.code ?? null).toBe(code);
    expect(seen).toEqual([['ring', idOf(message)]]);
  });

  it('becomes a dead delivery where the remote refuses for good, with its dead letter', async () => {
    const message = told(asks);
    const gone = () => Promise.reject(new RejectedError({ code: 'http_404', description: 'no such order' }));
    const seen = await takeNamed(message, gone);
    expect(seen).toContainEqual(['dead letter', idOf(message)]);
    expect(await getDelivery(idOf(message), inbox.table)).toMatchObject({ state: 'dead', deadLettered: true });
    // A receipt that died before the dead letter was sent leaves that to the delivery's next worker.
    inbox.rung = [];
    await takeNamed(message, gone);
    expect(inbox.rung.map(({ id }) => id)).toEqual([idOf(message)]);
  });

  it('becomes a delivery also where its message comes again with its event on record and cannot be read then', async () => {
    const message = told(asks);
    await takeNamed(message, async () => order());
    const busy = () => Promise.reject(new RetryableError({ code: 'http_503', description: 'busy' }));
    await takeNamed(message, busy);
    expect(await getDelivery(idOf(message), inbox.table)).toMatchObject({ state: 'pending', failures: 1 });
  });

  it('is asked only by the pusher of its own marketplace', async () => {
    await expect(takeNamed(told(asks, { connection: 'sello-se' }), async () => order())).rejects.toThrow(
      'at the pusher',
    );
  });
});

const stateOf = async (id: string) => (await getDelivery(id, inbox.table))?.state;
