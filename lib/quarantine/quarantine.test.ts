import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { WebhookRejected } from '#events/webhook-rejected';
import type { Connection } from '#lib/connections/connection';
import type { Connector } from '#lib/marketplaces/contract';
import type { Outgoing } from '#lib/platform/queue/queue';
import type { Table } from '#lib/platform/table/table';
import { memoryTable } from '#test/support/memory-table';
import { admit, judge } from './admit.ts';
import { createAllowance } from './offer.ts';
import { quarantine, readQuarantine } from './store.ts';

const shop: Connection = {
  ...{ id: 'shop', marketplace: 'any', baseUrl: 'https://x.example', settings: {} },
  ...{ pollIntervalSeconds: 60, requestsPerMinute: 60 },
};
const AN_HOUR_AGO = Date.now() - 3_600_000;
const minute = (n: number): string => new Date(AN_HOUR_AGO + n * 60_000).toISOString();
const rejected = (body: string, more: Partial<WebhookRejected> = {}): WebhookRejected => ({
  ...{ type: 'webhook.rejected', connection: 'shop', topic: 'order-paid', receivedAt: minute(0) },
  ...{ evidence: { signature: 'right' }, body, encoding: 'utf8' },
  ...more,
});

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
afterAll(() => warnings.mockRestore());

let table: Table;
beforeEach(() => {
  table = memoryTable();
});

/** A marketplace whose only proof is a signature that equals its secret. */
function hub(secret: string) {
  const sent: Outgoing[] = [];
  const webhook = {
    admits: (evidence: { signature?: string }, _body: Buffer, { secrets }: { secrets: { webhookSecret?: string } }) =>
      evidence.signature === secrets.webhookSecret,
  };
  const current = { connections: { shop: { secrets: { webhookSecret: secret }, settings: {} } } };
  return {
    sent,
    ...{ table, loadConnector: async () => ({ webhook }) as unknown as Connector },
    readSecretVersions: async () => ({ current, previous: { connections: {} } }),
    sendMessages: async (_queue: string, messages: readonly Outgoing[]) => void sent.push(...messages),
  };
}

it('keeps what was rejected once, however often its vendor repeats it', async () => {
  for (const n of [0, 1, 2]) await quarantine(rejected('{"n":1}', { receivedAt: minute(n) }), table);
  await quarantine(rejected('{"n":2}', { receivedAt: minute(3) }), table);
  const kept = await readQuarantine('shop', table);
  expect(kept).toMatchObject([
    { body: '{"n":1}', receivedAt: minute(0), size: 7, admitted: null },
    { body: '{"n":2}', receivedAt: minute(3) },
  ]);
});

it('admits what was packed unpacked, and keeps it as it came, as its proof is of that', async () => {
  const packed = brotliCompressSync('{"n":1}').toString('base64');
  await quarantine(rejected(packed, { encoding: 'base64', codings: 'br' }), table);
  const { sent, ...by } = hub('right');
  await admit(shop, await judge(shop, undefined, by), { by: 'x', reason: null }, by);
  expect(sent).toMatchObject([{ message: { body: '{"n":1}', encoding: 'utf8' } }]);
  expect(await readQuarantine('shop', table)).toMatchObject([{ body: packed }]);
});

it('keeps each of those that come at the same moment', async () => {
  await Promise.all(['a', 'b', 'c'].map((body) => quarantine(rejected(body), table)));
  expect((await readQuarantine('shop', table)).map(({ body }) => body).sort()).toEqual(['a', 'b', 'c']);
});

it('forgets after a week, whether or not it has been deleted', async () => {
  const old = new Date(Date.now() - 8 * 24 * 3_600_000).toISOString();
  await quarantine(rejected('{}', { receivedAt: old }), table);
  expect(await readQuarantine('shop', table)).toEqual([]);
});

it('admits what is authentic now, at its original time of receipt, and once', async () => {
  await quarantine(rejected('{"n":1}'), table);
  await quarantine(rejected('{"n":2}', { evidence: { signature: 'forged' } }), table);
  const wrong = hub('another');
  expect(await judge(shop, undefined, wrong)).toMatchObject({ matched: 2, admissible: [], refused: 2 });
  const right = hub('right');
  const verdict = await judge(shop, undefined, right);
  expect(verdict).toMatchObject({ matched: 2, admissible: [{ body: '{"n":1}' }], refused: 1, alreadyAdmitted: 0 });
  const admission = await admit(shop, verdict, { by: 'ops', reason: 'mistyped' }, right);
  // Repeating it, or crashing in between, sends the same event.
  await admit(shop, verdict, { by: 'ops', reason: 'again' }, right);
  const ids = right.sent.map(({ message }) => (message as { id: string }).id);
  expect(new Set(ids).size).toBe(1);
  const message = { connection: 'shop', topic: 'order-paid', receivedBy: 'webhook', receivedAt: minute(0) };
  expect(right.sent[0]).toMatchObject({ group: 'shop', message: { ...message, body: '{"n":1}', encoding: 'utf8' } });
  expect(admission).toMatchObject({ by: 'ops', reason: 'mistyped' });
  expect(await judge(shop, undefined, right)).toMatchObject({ admissible: [], refused: 1, alreadyAdmitted: 1 });
  const chosen = (await readQuarantine('shop', table)).map(({ id }) => id).slice(0, 1);
  expect((await judge(shop, chosen, right)).matched).toBe(1);
});

it('hands on fifty at once and ten a minute, of a name that exists as of one that does not', () => {
  const { take } = createAllowance();
  const taken = (name: string, now: number) =>
    Array.from({ length: 100 }, () => take(name, now)).filter(Boolean).length;
  for (const name of ['shop', 'made-up']) {
    expect(taken(name, 1_000_000)).toBe(50);
    expect(taken(name, 1_060_000)).toBe(10);
  }
});
