import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asOf, bodyBytes, cutBody, inboundReceived, packBody, packJson } from './inbound-body.ts';

it('keeps every byte of a body, and never grows it much', () => {
  const text = fc.array(fc.constantFrom('a', '"', '\\', '\u0001', 'é', '😀')).map((all) => Buffer.from(all.join('')));
  const bytes = fc.oneof(fc.uint8Array(), text);
  fc.assert(
    fc.property(bytes, (any) => {
      const body = packBody(Buffer.from(any));
      expect(bodyBytes(body).equals(Buffer.from(any))).toBe(true);
      expect(JSON.stringify(body.body).length).toBeLessThanOrEqual(2 * any.length + 4);
    }),
  );
  expect(packBody(Buffer.from('{"a":"é"}'))).toEqual({ body: '{"a":"é"}', encoding: 'utf8' });
  expect(packBody(Buffer.from('\u0001'.repeat(100))).encoding).toBe('base64');
});

it('keeps JSON as text where its header alone tells the charset, and anything else as it came', () => {
  const polish = Buffer.from([...Buffer.from('{"a":"'), 0xb3, ...Buffer.from('"}')]);
  expect(packBody(polish, 'application/json; charset=ISO-8859-2')).toEqual({ body: '{"a":"ł"}', encoding: 'utf8' });
  for (const [bytes, type] of [
    [polish, 'application/json'],
    [polish, 'text/json; charset=klingon'],
    [polish.subarray(1), 'text/plain; charset=ISO-8859-2'],
  ] as const)
    expect(packBody(bytes, type)).toEqual({ body: bytes.toString('base64'), encoding: 'base64' });
});

it('cuts a body in two, at a character, and in base64 at a byte', () => {
  const bytes = Buffer.from(Array.from({ length: 1001 }, (_, n) => n % 256));
  const cut = cutBody({ body: bytes.toString('base64'), encoding: 'base64' });
  expect(cut.bodyTruncated).toBe(true);
  const kept = bodyBytes(cut);
  expect(kept.length).toBeGreaterThan(490);
  expect(bytes.subarray(0, kept.length).equals(kept)).toBe(true);
  const { body } = cutBody({ body: '😀'.repeat(5), encoding: 'utf8' });
  expect(body.isWellFormed()).toBe(true);
  expect(cutBody({ body: 'abc', encoding: 'utf8' }).body).toBe('');
});

it('is of the instant that it was asked at, where it was', () => {
  const times = { receivedAt: '2026-11-20T09:00:07.000Z', askedAt: '2026-11-20T09:00:00.000Z' };
  const message = inboundReceived({ connection: 'c', topic: 't', receivedBy: 'poll', ...packJson({ n: 1 }), ...times });
  expect(message).toMatchObject({ body: '{"n":1}', encoding: 'utf8', ...times });
  expect(message.id).toMatch(/^evt_/);
  expect(asOf(message)).toBe(times.askedAt);
  expect(asOf({ receivedAt: times.receivedAt })).toBe(times.receivedAt);
});
