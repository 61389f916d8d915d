import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { bodyBytes, inboundReceived, packBody, packJson } from '#events/inbound-body';
import { memoryTable } from '#test/support/memory-table';
import { getEvent, type InboundEvent, isRecorded, type Message, putErased, putMessage, recordEvent } from './event.ts';

const received = (more: Partial<Message> = {}): Message => ({
  ...inboundReceived({ connection: 'shop', topic: 'order', receivedBy: 'webhook', ...packJson({ n: 1 }) }),
  ...more,
});
const remapped = { id: 'rmp_1', at: '2026-11-20T10:00:00.000Z', by: 'ops', reason: null };
const error = { code: 'odd', description: 'is odd' };

it('stands as it was recorded first', async () => {
  const table = memoryTable();
  const message = received();
  expect(await isRecorded(message, table)).toBe(false);
  await recordEvent(message, { state: 'applied', order: 'shop:1' }, table);
  await recordEvent(message, { state: 'duplicate', note: 'again' }, table);
  expect(await getEvent(message.id, table)).toMatchObject({
    state: 'applied',
    order: 'shop:1',
    note: null,
    body: '{"n":1}',
  });
  expect(await isRecorded(message, table)).toBe(true);
});

it('is replaced by another reading where it could not be read, and only once', async () => {
  const table = memoryTable();
  const message = received();
  const again = { ...message, remapped };
  await recordEvent(message, { state: 'unreadable', error }, table);
  expect(await isRecorded(again, table)).toBe(false);
  await recordEvent(again, { state: 'applied', order: 'shop:1' }, table);
  await recordEvent({ ...message, remapped: { ...remapped, id: 'rmp_2' } }, { state: 'duplicate' }, table);
  expect(await getEvent(message.id, table)).toMatchObject({ state: 'applied', remapped: { id: 'rmp_1' } });
  expect(await isRecorded(again, table)).toBe(true);
});

it.each([
  ['text', packBody(Buffer.from(`{"label":"${randomBytes(600_000).toString('base64')}"}`))],
  ['bytes', packBody(randomBytes(600_000))],
])('is kept with as much of its body as an item holds: %s', async (_, body) => {
  const table = memoryTable();
  const message = received(body);
  await recordEvent(message, { state: 'applied' }, table);
  const kept = await getEvent(message.id, table);
  expect(kept).toMatchObject({ state: 'applied', bodyTruncated: true, encoding: body.encoding });
  const beginning = kept ? bodyBytes(kept) : Buffer.alloc(0);
  expect(beginning.length).toBeGreaterThan(150_000);
  expect(bodyBytes(message).subarray(0, beginning.length).equals(beginning)).toBe(true);
});

it('says nothing once it is erased, and neither does what named it', async () => {
  const table = memoryTable();
  const message = received({ named: { topic: 'changed', ...packBody(Buffer.from('Elena')) } });
  await recordEvent(message, { state: 'applied', note: 'Dear Elena' }, table);
  const event = (await getEvent(message.id, table)) as InboundEvent;
  expect(event.named?.body).toBe('Elena');
  await table.put(putErased(event).Put);
  expect(await getEvent(message.id, table)).toEqual({
    ...{ ...event, body: '', bodyTruncated: true, named: undefined, note: 'erased' },
  });
});

it.each([
  ['365', 'applied', 90],
  ['0', 'applied', 90],
  ['30', 'applied', 30],
  ['30', 'unreadable', 90],
] as const)('with buyers kept for %s days, what is %s is kept for %i', async (days, state, kept) => {
  vi.stubEnv('RETENTION_BUYER_DAYS', days);
  const { expiresAt } = putMessage(received(), { state }).Put?.Item ?? {};
  expect(Math.round((Number(expiresAt) - Date.now() / 1000) / 86_400)).toBe(kept);
  vi.unstubAllEnvs();
});
