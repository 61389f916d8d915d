import { expect, test } from 'vitest';
import { deliveryOf, NOW } from '#test/support/fake-hub';
import { RUNG_TOGETHER, ring, ringAt } from './ring.ts';

const later = (seconds: number): string => new Date(NOW.getTime() + seconds * 1000).toISOString();

function bell() {
  const sent: Array<[string, ...unknown[]]> = [];
  const send: Parameters<typeof ring>[2] = async (queue, messages) => void sent.push([queue, ...messages]);
  return { sent, send };
}

test('rings at each marketplace for when each is due, those first whose orders must leave first', async () => {
  const { sent, send } = bell();
  const all = [
    deliveryOf({ id: 'later' }, { nextAttemptAt: later(300) }),
    deliveryOf({ id: 'urgent', shipBy: later(60) }),
    deliveryOf({ id: 'elsewhere', marketplace: 'shoppo', connection: 'supply' }),
    deliveryOf({ id: 'pressing', shipBy: later(3_600) }, { state: 'leased' }),
  ];
  await ring(all, NOW, send, async (marketplace) => marketplace === 'marketful');
  const message = (deliveryId: string, delaySeconds: number) => ({ message: { deliveryId }, delaySeconds });
  // Whoever has a queue alone is no group in it.
  const grouped = (deliveryId: string, delaySeconds: number) => ({
    ...message(deliveryId, delaySeconds),
    group: 'shed',
  });
  expect(sent).toEqual([
    ['marketful-deliveries', grouped('urgent', 0), grouped('pressing', 0), grouped('later', 300)],
    ['shoppo-deliveries', message('elsewhere', 0)],
  ]);
});

test('rings for nothing that is done, blocked or due later than a queue can hold back', async () => {
  const { sent, send } = bell();
  const states = ['succeeded', 'dead', 'blocked'] as const;
  const all = states.map((state) => deliveryOf({ id: state }, { state, nextAttemptAt: null }));
  await ring([...all, deliveryOf({}, { nextAttemptAt: later(901) })], NOW, send);
  expect(sent).toEqual([]);
});

test('one message rings for those of the same second, up to what a pusher works together', async () => {
  const { sent, send } = bell();
  const due = Array.from({ length: RUNG_TOGETHER + 2 }, (_, n) => ({ id: `dlv_${n}`, at: later(n === 0 ? 5 : 9.2) }));
  const shed = { connection: 'shed', marketplace: 'marketful' };
  await ringAt(due, shed, NOW, send, async () => true);
  // As for every ring: in one queue a group would stand behind each message without one.
  await ringAt(due, shed, NOW, send, async () => false);
  const groups = sent.map(([, ...all]) => all.map((each) => (each as { group?: string }).group));
  expect(groups).toEqual([Array(3).fill('shed'), Array(3).fill(undefined)]);
  const [[queue, ...messages] = ['']] = sent;
  expect(queue).toBe('marketful-deliveries');
  expect(messages).toMatchObject([
    { message: { deliveryId: 'dlv_0' }, delaySeconds: 5 },
    { message: { deliveryId: 'dlv_1', others: Array.from({ length: 9 }, (_, n) => `dlv_${n + 2}`) }, delaySeconds: 10 },
    { message: { deliveryId: 'dlv_11' }, delaySeconds: 10 },
  ]);
});
