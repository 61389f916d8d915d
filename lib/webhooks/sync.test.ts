import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RegisteredWebhook } from '#lib/marketplaces/contract';
import { planWebhooks, syncWebhooks } from './sync.ts';

const hub = 'https://hub.example';
const topics = ['order-new', 'order-paid'];
const urlOf = (topic: string, secret = 's3cret', host = hub) => `${host}/webhooks/sello/sello-se/${topic}/${secret}`;
const wanted = topics.map((topic) => ({ topic, url: urlOf(topic) }));
const plan = (registered: RegisteredWebhook[], oneUrlPerTopic = false) =>
  planWebhooks({ hub, wanted, registered, oneUrlPerTopic });
const at = (topic: string | null, url: string, id = url): RegisteredWebhook => ({ id, topic, url });
const standing = at('order-paid', urlOf('order-paid'));
const summary = (steps: ReturnType<typeof plan>) => steps.map(({ action, topic }) => `${action} ${topic}`);

test('registers what is missing and keeps what stands', () => {
  expect(plan([standing])).toEqual([
    { action: 'create', topic: 'order-new', url: urlOf('order-new') },
    { action: 'keep', topic: 'order-paid', url: urlOf('order-paid') },
  ]);
});

test('shows no secret, wherever in a URL it is', async () => {
  const url = `${urlOf('order-new')}/test`;
  const webhookRegistry = { list: async () => [at('order-new', url)], create: async () => {}, remove: async () => {} };
  const info = { name: 'sello', topics, secretInUrl: true };
  const context = { connection: { id: 'sello-se', marketplace: 'sello' }, secrets: { webhookSecret: 's3cret' } };
  const { webhooks } = await syncWebhooks({ info, webhookRegistry } as never, context as never, { hub, dryRun: true });
  expect(webhooks.find(({ action }) => action === 'leave')?.url).toBe(urlOf('order-new', '…/…'));
  expect(JSON.stringify(webhooks)).not.toContain('s3cret');
});

test('knows its own URL however the vendor shows it', () => {
  const shown = [
    at('order-new', urlOf('order-new').replace('https://', '')),
    at('order-paid', urlOf('order-paid').replace('hub', 'HUB')),
  ];
  expect(summary(plan(shown))).toEqual(['keep order-new', 'keep order-paid']);
});

test('replaces the URL with a secret of before, without a gap where two can stand', () => {
  const old = at('order-new', urlOf('order-new', 'before'), '7');
  expect(plan([old, standing]).slice(0, 2)).toEqual([
    { action: 'create', topic: 'order-new', url: urlOf('order-new') },
    { action: 'remove', topic: 'order-new', url: old.url, id: '7', isForeign: false },
  ]);
  const edited = at('order-new', `${urlOf('order-new')}/`, '7');
  expect(summary(plan([edited, standing])).slice(0, 2)).toEqual(['create order-new', 'remove order-new']);
  expect(summary(plan([old, standing], true)).slice(0, 2)).toEqual(['remove order-new', 'create order-new']);
});

test('leaves the webhooks of others alone, unless only one can stand', () => {
  const theirs = at('order-new', 'https://erp.example/hook');
  const otherConnection = at('order-paid', `${hub}/webhooks/sello/sello-no/order-paid/s3cret`);
  const otherHub = at('order-paid', urlOf('order-paid', 's3cret', 'https://staging.example'));
  const unknown = at(null, 'https://erp.example/returns');
  expect(summary(plan([theirs, otherConnection, otherHub, unknown]))).toEqual([
    'create order-new',
    'leave order-new',
    'create order-paid',
    'leave order-paid',
    'leave order-paid',
    'leave null',
  ]);
  expect(summary(plan([theirs, standing, unknown], true))).toEqual([
    'remove order-new',
    'create order-new',
    'keep order-paid',
    'leave null',
  ]);
});

test('removes what stands twice', () => {
  expect(summary(plan([standing, { ...standing }]))).toEqual([
    'create order-new',
    'keep order-paid',
    'remove order-paid',
  ]);
});

test('once carried out, nothing is left to do and nobody else has lost anything', () => {
  const url = fc.oneof(
    fc.constantFrom(
      ...topics.flatMap((topic) => [urlOf(topic), urlOf(topic, 'before'), urlOf(topic, 's', 'https://x.example')]),
    ),
    fc.webUrl(),
    fc.string(),
  );
  const webhook = fc.record({ id: fc.uuid(), topic: fc.constantFrom(...topics, null), url });
  fc.assert(
    fc.property(fc.array(webhook, { maxLength: 8 }), fc.boolean(), (registered, oneUrlPerTopic) => {
      const steps = plan(registered, oneUrlPerTopic);
      const removed = new Set(steps.flatMap((step) => (step.action === 'remove' ? step.id : [])));
      const created = steps.flatMap(({ action, topic, url }) => (action === 'create' ? at(topic, url) : []));
      const after = [...registered.filter(({ id }) => !removed.has(id)), ...created];
      expect(plan(after, oneUrlPerTopic).filter(({ action }) => action === 'create' || action === 'remove')).toEqual(
        [],
      );
      const foreign = registered.filter(({ topic, url }) => topic === null || !url.startsWith(hub));
      if (!oneUrlPerTopic) expect(foreign.filter(({ id }) => removed.has(id))).toEqual([]);
    }),
  );
});
