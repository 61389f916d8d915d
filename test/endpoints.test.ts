import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Change } from '#lib/changes/change-schema';
import { eventually } from './support/hub.ts';
import { type Received, startReceiver } from './support/receiver.ts';
import type { ShownDelivery } from './support/shown.ts';
import { type Stage, startStage } from './support/stage.ts';

const KEY = randomBytes(24);
const secrets = { signingSecret: `whsec_${KEY.toString('base64')}` };
type Headers = Received['headers'];
const load = createRequire(new URL('../scripts/tools/package.json', import.meta.url));
// Verifiers by others: from the specification's authors, and from two that send by it.
const { Webhook } = load('standardwebhooks') as {
  Webhook: new (secret: string) => { verify(body: string, headers: Headers): unknown };
};
const { default: OpenAI } = load('openai') as {
  default: new (options: object) => { webhooks: { unwrap(body: string, headers: object, secret: string): unknown } };
};
const { validateWebhook } = load('replicate') as { validateWebhook(what: object): Promise<boolean> };
const verifier = new Webhook(secrets.signingSecret);
const openAi = new OpenAI({ apiKey: 'none' });
const replicates = ({ headers, body }: Pick<Received, 'headers' | 'body'>) =>
  validateWebhook({
    ...{ id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], body },
    ...{ signature: headers['webhook-signature'], secret: secrets.signingSecret },
  });
const ORDERS = 12;

/** Answers to the first attempt of each change: everything that can be wrong with an endpoint. */
const MOODS = [204, 500, 204, 'redirect', 400, 204, 429, 204, 'hang', 204] as const;
const seen = new Map<string, (typeof MOODS)[number]>();
let isWell = true;

function answerMoodily({ headers }: Pick<Received, 'headers'>) {
  const id = String(headers['webhook-id']);
  if (isWell || seen.has(id)) return 204;
  const mood = MOODS[seen.size % MOODS.length] ?? 204;
  seen.set(id, mood);
  return mood;
}
let stage: Stage;
let moody: Awaited<ReturnType<typeof startReceiver>>;
let steady: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  moody = await startReceiver(answerMoodily);
  steady = await startReceiver();
  stage = await startStage({
    env: {
      NOTIFY_SCHEDULE_SECONDS: '0,1,1,1,1,1,1,1,1,1,1,1',
      HTTP_TIMEOUT_SECONDS: '4',
      // Scopio gives up after two seconds: what a hub that starts more slowly missed is found by a poll.
      POLL_INTERVAL_SECONDS: '5',
    },
    edit: (file) => {
      file.endpoints = [
        { id: 'moody', url: moody.url, types: ['order.*', 'fulfillment.*'], secrets },
        { id: 'steady', url: steady.url, payload: 'full', secrets },
      ];
    },
  });
});
afterAll(async () => {
  await stage.stop();
  await Promise.all([moody.close(), steady.close()]);
});

const idOf = ({ headers }: Received): string => String(headers['webhook-id']);
const changeOf = ({ body }: Received): Change & { snapshot?: { id: string } } => JSON.parse(body).data;

async function feed(): Promise<Change[]> {
  const all: Change[] = [];
  for (let after = ''; ; ) {
    const page = await stage.hub.get<{ changes: Change[]; cursor: string; caughtUp: boolean }>(
      `/changes?limit=200${after && `&after=${after}`}`,
    );
    all.push(...page.changes);
    after = page.cursor;
    if (page.caughtUp) return all;
  }
}

/** What changes are told in order of: one order, or one SKU. */
const aboutOf = ({ order, connection, sku }: Change): string => order ?? `${connection}#${sku}`;

/** The first attempt of each change, in order of arrival. */
const firsts = (received: readonly Received[]): Change[] => [
  ...new Map(received.map((each) => [idOf(each), changeOf(each)])).values(),
];

const arrived = (received: readonly Received[]) => new Set(received.filter(({ status }) => status === 204).map(idOf));

test('what an endpoint is told is signed, by its secret and its own id', async () => {
  const [sold] = stage.scopio.place({});
  await stage.settled(sold?.id ?? '', 'order', 'succeeded');
  await eventually(async () => {
    expect(firsts(steady.received).map(({ type }) => type)).toContain('order.placed');
    return true;
  }, 'the first order at the endpoint');
  for (const each of steady.received) {
    expect(verifier.verify(each.body, each.headers)).toEqual(JSON.parse(each.body));
    expect(() => verifier.verify(each.body.replace('order', 'other'), each.headers)).toThrow('No matching signature');
    expect(await openAi.webhooks.unwrap(each.body, each.headers, secrets.signingSecret)).toEqual(JSON.parse(each.body));
    expect(await replicates(each)).toBe(true);
    expect(await replicates({ ...each, body: `${each.body} ` })).toBe(false);
    const { order, snapshot } = changeOf(each);
    expect(snapshot?.id ?? null).toBe(order);
  }
  const { changes } = await stage.hub.get<{ changes: Change[] }>('/changes?limit=200');
  expect(changes.map(({ id }) => id)).toEqual(expect.arrayContaining([...arrived(steady.received)]));
});

test('each change arrives under one id, whatever the endpoint does and whenever the hub dies', async () => {
  isWell = false;
  const sold = Array.from({ length: ORDERS }, () => stage.scopio.place({}).map(({ id }) => id)).flat();
  await eventually(() => moody.received.length > 10, 'some requests');
  await stage.killAndRestart();
  await moody.close();
  await eventually(() => steady.received.length > 15, 'more requests');
  await stage.killAndRestart();
  await moody.open();
  for (const id of sold) await stage.settled(id, 'order', 'succeeded');

  const all = await eventually(
    async () => {
      const changes = await feed();
      const told = arrived(moody.received);
      const wanted = changes.filter(({ type }) => type.startsWith('order.') || type.startsWith('fulfillment.'));
      expect(wanted.filter(({ id }) => !told.has(id))).toEqual([]);
      const toldAll = arrived(steady.received);
      expect(changes.filter(({ id }) => !toldAll.has(id))).toEqual([]);
      return changes;
    },
    'all changes at both endpoints',
    170_000,
  );
  const known = new Set(all.map(({ id }) => id));
  expect([...arrived(moody.received)].filter((id) => !known.has(id))).toEqual([]);
  // Only the hub knows when changes were first sent while nobody answered.
  type Notified = ShownDelivery & { subject: { change: Change } };
  const notified = (await stage.deliveries('kind=notify&limit=200')) as Notified[];
  const unseen = new Set(
    notified.flatMap(({ subject, attempts }) =>
      attempts.some(({ code }) => code === 'unreachable' || code === 'timeout') ? aboutOf(subject.change) : [],
    ),
  );
  expect(notified.length).toBeGreaterThan(0);
  for (const received of [moody.received, steady.received])
    for (const [about, changes] of Map.groupBy(firsts(received), aboutOf)) {
      if (unseen.has(about)) continue;
      const inFeed = all.filter((change) => aboutOf(change) === about).map(({ id }) => id);
      const first = changes.map(({ id }) => id);
      expect(first).toEqual(inFeed.filter((id) => first.includes(id)));
    }
  expect(await stage.deliveries('kind=notify&state=dead')).toEqual([]);
});
